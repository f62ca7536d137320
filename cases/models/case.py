"""The case: a write-up or a documented brief, drafted, reviewed and published in revisions.

Everything on this row travels with a revision: publishing an old draft brings back what it said. What must
survive that (the channel, withdrawal, approvals) stands in rows of its own, or is kept by `with_content_json`.
"""

import uuid
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from cases import presentation, publication, rules
from cases.models.standing import CaseStanding
from members.models import Subject
from portal.core.fields import SafeCharField, SafeTextField
from portal.core.rules import is_member, is_staff_member
from portal.follows.models import Channel, Reach
from portal.follows.operations import open_channel
from portal.taxonomy.models import (
    Challenge,
    FundingModel,
    JurisdictionLevel,
    Mandate,
    OrganisationalModel,
    ScopeOfSharing,
    ServiceLine,
    Stage,
)

SECTION_LENGTH = 20_000


class CaseQuerySet(models.QuerySet["Case"]):
    """Filters in the domain's words."""

    def published(self) -> Self:
        """Live, and neither withdrawn nor hidden."""
        return self.filter(~Exists(_standing("withdrawn", "hidden")), live=True)

    def listed(self) -> Self:
        """What the library shows: published and not archived."""
        return self.filter(~Exists(_standing("withdrawn", "hidden", "archived")), live=True)

    def visible_to(self, user: Any) -> Self:
        """What `user` may read whole: as `rules.can_read` says of one case."""
        if is_staff_member(user):
            return self.all()
        readable = Q(~Exists(_standing("withdrawn", "hidden")), live=True)
        if not is_member(user):
            return self.filter(readable, audience=Case.Audience.PUBLIC)
        return self.filter(readable | Q(author_id=user.pk))

    def teased_to(self, user: Any) -> Self:
        """Whose title and summary `user` sees without the rest: as `rules.sees_teaser` says of one case."""
        if is_staff_member(user) or is_member(user):
            return self.none()
        return self.published().filter(audience=Case.Audience.MEMBERS, teaser=True)


def _standing(*states: str) -> models.QuerySet[CaseStanding]:
    return CaseStanding.objects.filter(case=OuterRef("pk"), state__in=states)


class Case(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel):
    """What somebody set out to do, what happened, and what they would do differently."""

    class Form(models.TextChoices):
        """How much is told."""

        WRITE_UP = "write_up", _("Write-up")
        BRIEF = "brief", _("Documented brief")

    class Audience(models.TextChoices):
        """Who may read it."""

        PUBLIC = Reach.PUBLIC.value, _("Everyone")
        MEMBERS = Reach.MEMBERS.value, _("Members")

    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        blank=True,
        help_text=_("The last part of the address. It cannot change once the case was published."),
    )
    form = models.CharField(_("form"), max_length=10, choices=Form, default=Form.WRITE_UP)
    title = SafeCharField(_("title"), max_length=200)
    one_line = SafeCharField(
        _("in one line"), max_length=160, blank=True, help_text=_("What happened, in at most 160 characters.")
    )
    illustrative = models.BooleanField(
        _("invented"), default=False, help_text=_("The place and its people are invented; the page says so.")
    )
    disguised = models.BooleanField(
        _("disguised"), default=False, help_text=_("Names or figures were changed; the page says so.")
    )

    # Vocabulary rows are not PROTECTed: Wagtail cannot load a revision that names a protected row which is gone.
    place = SafeCharField(_("place"), max_length=120, blank=True)
    country = CountryField(_("country"), blank=True)
    jurisdiction_level = models.ForeignKey(
        JurisdictionLevel, verbose_name=_("level"), null=True, blank=True, on_delete=models.SET_NULL
    )
    service_lines = ParentalManyToManyField(
        ServiceLine, verbose_name=_("service lines"), blank=True, related_name="cases"
    )
    scope_of_sharing = models.ForeignKey(
        ScopeOfSharing, verbose_name=_("scope of sharing"), null=True, blank=True, on_delete=models.SET_NULL
    )
    organisational_model = models.ForeignKey(
        OrganisationalModel,
        verbose_name=_("organisational model"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )
    funding_models = ParentalManyToManyField(
        FundingModel, verbose_name=_("funding models"), blank=True, related_name="cases"
    )
    mandate = models.ForeignKey(Mandate, verbose_name=_("mandate"), null=True, blank=True, on_delete=models.SET_NULL)
    stage = models.ForeignKey(Stage, verbose_name=_("stage reached"), null=True, blank=True, on_delete=models.SET_NULL)
    challenges = ParentalManyToManyField(Challenge, verbose_name=_("challenges"), blank=True, related_name="cases")
    period = SafeCharField(_("period"), max_length=120, blank=True, help_text=_("From when to when, or “running”."))
    size = SafeCharField(
        _("size"),
        max_length=300,
        blank=True,
        help_text=_("Customers, users, staff, yearly budget with currency and price year."),
    )
    subjects = ClusterTaggableManager(_("subjects"), through="cases.CaseSubject", blank=True)

    context = SafeTextField(_("context"), max_length=SECTION_LENGTH, blank=True)
    challenge = SafeTextField(_("challenge"), max_length=SECTION_LENGTH, blank=True)
    options_considered = SafeTextField(_("options considered"), max_length=SECTION_LENGTH, blank=True)
    decision = SafeTextField(_("decision"), max_length=SECTION_LENGTH, blank=True)
    governance = SafeTextField(_("governance"), max_length=SECTION_LENGTH, blank=True)
    funding = SafeTextField(_("funding"), max_length=SECTION_LENGTH, blank=True)
    technology = SafeTextField(_("technology"), max_length=SECTION_LENGTH, blank=True)
    change_management = SafeTextField(_("change management"), max_length=SECTION_LENGTH, blank=True)
    what_did_not_work = SafeTextField(_("what did not work"), max_length=SECTION_LENGTH, blank=True)
    editor_note = SafeTextField(
        _("editor's note"), max_length=1500, blank=True, help_text=_("Stands at the end of the page.")
    )

    advice_question = SafeCharField(_("advice wanted: the question"), max_length=300, blank=True)
    advice_background = SafeTextField(_("background"), max_length=2000, blank=True)
    advice_until = models.DateField(_("until"), null=True, blank=True)

    # Part of the revision on purpose: who is credited is read by the second person before it is public, and stays
    # what it was at publication.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="cases",
        help_text=_("The member who is credited. Their name is public on a public case."),
    )
    credit = SafeCharField(
        _("credit line"),
        max_length=200,
        blank=True,
        help_text=_("Shown instead of the author's name, if they wish, or where no member wrote it."),
    )
    audience = models.CharField(_("who may read it"), max_length=10, choices=Audience, default=Audience.PUBLIC)
    teaser = models.BooleanField(
        _("teaser"), default=False, help_text=_("Visitors see title and summary of a case for members.")
    )
    review_due = models.DateField(_("review by"), null=True, blank=True)

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, editable=False, related_name="case")

    objects = CaseQuerySet.as_manager()

    # Its links are its own rows; Wagtail's index of references would write forty more at every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["-first_published_at", "-id"], condition=Q(live=True), name="cases_newest"),
            models.Index(fields=["title", "id"], condition=Q(live=True), name="cases_by_title"),
            models.Index(
                fields=["jurisdiction_level", "-first_published_at"], condition=Q(live=True), name="cases_of_a_level"
            ),
            models.Index(fields=["review_due"], condition=Q(live=True), name="cases_to_review"),
            models.Index(fields=["author", "-first_published_at"], name="cases_of_an_author"),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Untitled case"))

    def get_absolute_url(self) -> str:
        return reverse("cases:case", kwargs={"slug": self.slug})

    @property
    def full_url(self) -> str:
        """The address with its site, for Wagtail's "view live" links and for citations."""
        return f"{settings.SITE_URL}{self.get_absolute_url()}"

    def clean(self) -> None:
        """The address stays what it was once people could cite it; an empty one is made from the title."""
        super().clean()
        self._name_address()
        if self.slug in rules.RESERVED_SLUGS:
            raise ValidationError({"slug": _("This address is needed for something else.")})
        published_as = (
            type(self).objects.filter(pk=self.pk, first_published_at__isnull=False).values_list("slug", flat=True)
        )
        if self.pk and published_as.exclude(slug=self.slug).exists():
            raise ValidationError({"slug": _("This case was published, so its address cannot change.")})

    def _name_address(self) -> None:
        if self.slug:
            return
        wished = slugify(self.title)[:70].strip("-")
        taken = not wished or wished in rules.RESERVED_SLUGS or type(self).objects.filter(slug=wished).exists()
        self.slug = "-".join(part for part in (wished, uuid.uuid4().hex[:8] if taken else "") if part)

    def save(self, **kwargs: Any) -> None:
        """A new case gets its channel with it; nobody but staff sees the channel before publication."""
        self._name_address()
        with transaction.atomic():
            if self.channel_id is None:
                self.channel = open_channel(
                    kind="case", title=str(self), url=self.get_absolute_url(), audience=Reach.STAFF
                )
            super().save(**kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """The channel goes with the case, and follows and notices with the channel."""
        channel = self.channel
        with transaction.atomic():
            gone = super().delete(*args, **kwargs)
            channel.delete()
        return gone

    def with_content_json(self, content: dict[str, Any]) -> "Case":
        """The case as a revision has it; channel and a published address stay those of the row."""
        case = super().with_content_json(content)
        case.channel_id = self.channel_id
        if self.first_published_at:
            case.slug = self.slug
        return case

    def publish(self, revision: Any, user: Any = None, **options: Any) -> None:
        """Every way to publication leads here: button, approval, schedule, `operations.publish`.

        Raises publication.PublishRefused; a scheduled revision that may not go live is taken off the schedule.
        """
        publication.publish(case=self, revision=revision, user=user, put_live=super().publish, **options)

    def unpublish(self, *args: Any, **options: Any) -> None:
        """Take the case off the site; its followers see it no more."""
        with transaction.atomic():
            super().unpublish(*args, **options)
            publication.show_elsewhere(self)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "cases/case.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """The public page of what is in the editor, by the function that makes the public page."""
        parts = presentation.parts_of_draft(self)
        return {"request": request, **presentation.case_page(self, parts, viewer=request.user, preview=True)}


class CaseSubject(ItemBase):
    """A case is about a subject: the same words that members can be asked about."""

    tag = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="cases")
    content_object = ParentalKey(Case, on_delete=models.CASCADE, related_name="tagged_items")
