"""Rows that belong to a revision of a case: lessons, questions, timeline, results, sources.

Each has a UUID that stays the same through drafts and publications, so that other rows can point to it.
"""

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from portal.core.fields import SafeCharField, SafeTextField

# A year, a month or a day: what is known, and not more.
PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z")


class PartialDateField(SafeCharField):
    """A year, a month or a day: "2003", "2003-10" or "2003-10-17"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)
        self.validators.append(
            RegexValidator(PARTIAL_DATE, _("Write a year, a month or a day: 2003, 2003-10 or 2003-10-17."))
        )

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs


class _StableKeyFormField(forms.UUIDField):
    """Comes back from the editor's form unseen; a new row gets its own."""

    def clean(self, value: Any) -> uuid.UUID:
        return super().clean(value) or uuid.uuid4()


class StableKeyField(models.UUIDField):
    """The row's name through all revisions. Wagtail makes rows of a draft anew at every save; this is carried on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": uuid.uuid4, **kwargs})

    def formfield(self, **kwargs: Any) -> forms.Field:
        return _StableKeyFormField(required=False, widget=forms.HiddenInput)


class FigureField(models.DecimalField):
    """A number as it was written: 84, not 84.0000, on every database, so that revisions compare equal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 20, "decimal_places": 4, **kwargs})

    @staticmethod
    def _plain(value: Any) -> Any:
        if not isinstance(value, Decimal) or not value.is_finite():
            return value
        value = value.normalize()
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self._plain(value)

    def to_python(self, value: Any) -> Any:
        return self._plain(super().to_python(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 -- Django's signature
        return self._plain(super().pre_save(model_instance, add))


class Lesson(Orderable):
    """What others can learn: for whom, and when it applies."""

    case = ParentalKey("cases.Case", on_delete=models.CASCADE, related_name="lessons")
    uuid = StableKeyField()
    text = SafeTextField(_("lesson"), max_length=800)
    for_whom = SafeCharField(_("for whom"), max_length=160, blank=True)
    when = SafeCharField(_("when it applies"), max_length=200, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def __str__(self) -> str:
        return self.text


class TeachingQuestion(Orderable):
    """A question for a class or a clinic; never one to be answered with yes or no."""

    case = ParentalKey("cases.Case", on_delete=models.CASCADE, related_name="teaching_questions")
    uuid = StableKeyField()
    text = SafeTextField(_("question"), max_length=400)

    class Meta(Orderable.Meta):
        verbose_name = _("teaching question")
        verbose_name_plural = _("teaching questions")

    def __str__(self) -> str:
        return self.text


class TimelineEvent(Orderable):
    """Something that happened, with its source."""

    case = ParentalKey("cases.Case", on_delete=models.CASCADE, related_name="timeline")
    uuid = StableKeyField()
    date = PartialDateField(_("when"))
    event = SafeCharField(_("what happened"), max_length=300)
    source = models.SlugField(_("source key"), max_length=60, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.date} {self.event}"


class Result(Orderable):
    """A measure before and after, planned or realised, with its source. Never added to another."""

    class Kind(models.TextChoices):
        """Whether it came true."""

        REALISED = "realised", _("Realised")
        PLANNED = "planned", _("Planned")

    class Better(models.TextChoices):
        """Which way is good."""

        LOWER = "lower", _("Lower is better")
        HIGHER = "higher", _("Higher is better")

    class Verified(models.TextChoices):
        """Whether somebody else than the author checked the figures."""

        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    case = ParentalKey("cases.Case", on_delete=models.CASCADE, related_name="results")
    uuid = StableKeyField()
    measure = SafeCharField(_("measure"), max_length=160)
    before = FigureField(_("before"), null=True, blank=True)
    after = FigureField(_("after"), null=True, blank=True)
    unit = SafeCharField(_("unit"), max_length=60, blank=True)
    date = PartialDateField(_("measured at"), blank=True)
    currency = SafeCharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"[A-Z]{3}\Z", _("Three letters: USD."))],
    )
    price_year = models.PositiveSmallIntegerField(
        _("price year"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REALISED)
    better = models.CharField(_("direction"), max_length=10, choices=Better, default=Better.LOWER)
    source = models.SlugField(_("source key"), max_length=60, blank=True)
    verified = models.CharField(_("verified"), max_length=10, choices=Verified, default=Verified.NO)

    class Meta(Orderable.Meta):
        verbose_name = _("result")
        verbose_name_plural = _("results")

    def __str__(self) -> str:
        return self.measure

    @property
    def is_evidence(self) -> bool:
        """Whether there are two figures and a source for them."""
        return bool(self.measure and self.source) and self.before is not None and self.after is not None

    @property
    def improved(self) -> bool | None:
        """Whether it went the right way; None without two figures. No change is no improvement."""
        if self.before is None or self.after is None:
            return None
        return self.after < self.before if self.better == self.Better.LOWER else self.after > self.before


class Source(Orderable):
    """Where something can be read up. Texts name it by its key in square brackets."""

    class Kind(models.TextChoices):
        """What kind of paper it is."""

        AUDIT = "audit", _("Audit")
        LAW = "law", _("Law")
        OFFICIAL = "official", _("Official publication")
        REPORT = "report", _("Report")
        PRESS = "press", _("Press")
        INTERNAL = "internal", _("Internal paper")

    case = ParentalKey("cases.Case", on_delete=models.CASCADE, related_name="sources")
    uuid = StableKeyField()
    key = models.SlugField(_("key"), max_length=60, help_text=_("Write [key] in a text to refer to it."))
    title = SafeCharField(_("title"), max_length=300)
    publisher = SafeCharField(_("publisher"), max_length=200, blank=True)
    date = PartialDateField(_("published"), blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REPORT)
    accessed = models.DateField(_("read on"), null=True, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.title
