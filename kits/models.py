"""Kits, what is in them, their releases, and who took what.

The text that describes a kit is edited in Wagtail with drafts and revisions. A release is a citable artefact:
its rows and files are written once and refuse every change.
"""

from typing import Any, NoReturn, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.files.storage import storages
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, LockableMixin, Orderable, PreviewableMixin, RevisionMixin

from kits import presentation
from portal.core.fields import SafeCharField, SafeTextField
from portal.core.rules import is_staff_member
from portal.follows.models import Channel, Reach


class KitQuerySet(models.QuerySet["Kit"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Published kits whose audience `user` belongs to; staff see drafts too."""
        if is_staff_member(user):
            return self.all()
        return self.filter(live=True, channel__in=Channel.objects.visible_to(user))


class Kit(DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel):
    """A set of documents for one purpose."""

    class Audience(models.TextChoices):
        """Who may read and download it."""

        PUBLIC = Reach.PUBLIC.value, _("Everyone")
        MEMBERS = Reach.MEMBERS.value, _("Members")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = SafeCharField(_("title"), max_length=160)
    summary = SafeTextField(_("summary"), max_length=300)
    intro = SafeTextField(_("introduction"), max_length=6000, blank=True)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.PUBLIC)
    # Not part of a revision: publishing an old draft must not cut the kit off from its followers.
    channel = models.OneToOneField(Channel, null=True, editable=False, on_delete=models.PROTECT, related_name="kit")

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="kit",
        for_concrete_model=False,
    )

    objects = KitQuerySet.as_manager()

    class Meta:
        verbose_name = _("kit")
        verbose_name_plural = _("kits")

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self) -> Any:
        """Wagtail's name for the revisions of a snippet."""
        return self._revisions

    def get_absolute_url(self) -> str:
        return reverse("kits:kit", kwargs={"slug": self.slug})

    def with_content_json(self, content: dict[str, Any]) -> "Kit":
        """Keep the channel of the row, whatever the revision says."""
        kit = super().with_content_json(content)
        kit.channel_id = self.channel_id
        return kit

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "kits/kit.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        return {"request": request, **presentation.kit_page(self)}


class Component(Orderable):
    """One document of a kit: what it is for and what it holds."""

    kit = ParentalKey(Kit, on_delete=models.CASCADE, related_name="components")
    code = models.SlugField(_("identifier"), max_length=60)
    title = SafeCharField(_("title"), max_length=160)
    description = SafeTextField(_("what you do with it"), max_length=500)
    contains = models.JSONField(_("sheets, headings or slides"), default=list, blank=True)
    stages = models.JSONField(_("stages"), default=list, blank=True)
    format = models.CharField(_("format"), max_length=8)

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["kit", "code"], name="component_once_in_a_kit")]
        verbose_name = _("component")
        verbose_name_plural = _("components")

    def __str__(self) -> str:
        return self.title


class ReleasedForEver(TypeError):
    """Somebody tried to change or delete what was released; people cite it by its checksum."""


class _WrittenOnceQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise ReleasedForEver(self.model.__name__)

    def delete(self) -> NoReturn:
        raise ReleasedForEver(self.model.__name__)


class WrittenOnce(models.Model):
    """Rows that are made by an operation and never changed after."""

    objects = _WrittenOnceQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ReleasedForEver(str(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReleasedForEver(str(self))


def release_path(instance: Any, filename: str) -> str:
    """Where a released file lies in the private storage."""
    release = getattr(instance, "release", instance)
    return f"kits/{release.kit.slug}/{release.version}/{filename}"


def private_storage() -> Any:
    """Looked up when used, so that tests and production can differ."""
    return storages["private"]


class Release(WrittenOnce):
    """A version of a kit: its files, its changes, and one archive of everything."""

    class Severity(models.TextChoices):
        """How much a holder of the version before should care."""

        CORRECTION = "correction", _("Correction: replace what you have")
        IMPROVEMENT = "improvement", _("Improvement")
        EDITORIAL = "editorial", _("Editorial")

    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(_("version"), max_length=20)
    released_at = models.DateTimeField(_("released"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("released by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    severity = models.CharField(_("severity"), max_length=12, choices=Severity, default=Severity.IMPROVEMENT)
    changelog = SafeTextField(_("what changed"), max_length=6000)
    licence = SafeCharField(_("licence"), max_length=60, default="CC BY 4.0")
    archive = models.FileField(_("archive"), upload_to=release_path, storage=private_storage)
    archive_sha256 = models.CharField(_("checksum of the archive"), max_length=64)
    archive_size = models.PositiveIntegerField(_("size of the archive"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kit", "version"], name="version_once_in_a_kit")]
        verbose_name = _("release")
        verbose_name_plural = _("releases")

    def __str__(self) -> str:
        return f"{self.kit} {self.version}"

    @property
    def archive_filename(self) -> str:
        """What the archive is called when somebody takes it home."""
        return f"{self.kit.slug}-{self.version}.zip"


class ReleasedFile(WrittenOnce):
    """One file of a release."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    code = models.SlugField(_("component"), max_length=60)
    title = SafeCharField(_("title"), max_length=160)
    filename = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(_("media type"), max_length=120)
    file = models.FileField(_("file"), upload_to=release_path, storage=private_storage)
    sha256 = models.CharField(_("checksum"), max_length=64)
    size = models.PositiveIntegerField(_("size"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "filename"], name="file_once_in_a_release")]
        verbose_name = _("released file")
        verbose_name_plural = _("released files")

    def __str__(self) -> str:
        return self.filename

    @property
    def format(self) -> str:
        """The ending, in capitals."""
        return self.filename.rsplit(".", 1)[-1].upper()


class Download(models.Model):
    """Somebody took a release or one of its files. Rows are only added, so that a GET may write them."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="downloads")
    file = models.ForeignKey(ReleasedFile, null=True, on_delete=models.PROTECT, related_name="downloads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="downloads")
    at = models.DateTimeField(_("at"))

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="downloads_of_a_person")]
        verbose_name = _("download")
        verbose_name_plural = _("downloads")

    def __str__(self) -> str:
        return f"{self.release_id} at {self.at:%Y-%m-%d}"
