"""Photos of members: two sizes in two formats, made from what was uploaded, which is not kept."""

from typing import Any, Self

from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.profiles import Profile
from portal.core.rules import is_signed_in


def private_storage() -> Any:
    """A storage without public addresses: who may see a photo is asked each time."""
    return storages["private"]


def photo_path(photo: "ProfilePhoto", filename: str) -> str:
    """A folder named after the content: the address of a file tells nothing of the person."""
    return f"photos/{photo.digest}/{filename}"


class ProfilePhotoQuerySet(models.QuerySet["ProfilePhoto"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """The owner's own. Others get to a photo through the profile, which knows who may see it."""
        return self.filter(profile__user_id=user.pk) if is_signed_in(user) else self.none()


class ProfilePhoto(models.Model):
    """The photo of one profile; initials stand in its place where there is none."""

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, related_name="picture")
    # Of the largest file: part of the addresses, so that a new photo is not the old one out of a cache.
    digest = models.CharField(max_length=32)
    small_webp = models.FileField(upload_to=photo_path, storage=private_storage)
    small_jpeg = models.FileField(upload_to=photo_path, storage=private_storage)
    large_webp = models.FileField(upload_to=photo_path, storage=private_storage)
    large_jpeg = models.FileField(upload_to=photo_path, storage=private_storage)
    added_at = models.DateTimeField(_("added"))

    objects = ProfilePhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return self.digest

    def file(self, size: str, kind: str) -> Any:
        """The stored file of a size (small, large) in a format (webp, jpeg)."""
        return getattr(self, f"{size}_{kind}")

    @property
    def files(self) -> list[Any]:
        """All four of them."""
        return [self.small_webp, self.small_jpeg, self.large_webp, self.large_jpeg]
