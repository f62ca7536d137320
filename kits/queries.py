"""Reads about kits."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from kits import presentation
from kits.facts import KitReleased
from kits.models import Download, Kit, Release, ReleasedFile
from portal.core.rules import is_signed_in
from portal.notifications.queries import Told, who_will_be_told


def kits(user: Any) -> QuerySet[Kit]:
    """The kits `user` may see, by title."""
    return Kit.objects.visible_to(user).filter(live=True).order_by("title", "pk")


def releases(kit: Kit) -> list[Release]:
    """The releases of a kit, newest first, with their files."""
    return list(kit.releases.select_related("kit").prefetch_related("files").order_by("-released_at", "-pk"))


def latest_release(user: Any) -> Release | None:
    """The newest release of any kit that `user` may see, for the home page."""
    visible = Release.objects.filter(kit__in=kits(user).values("pk"))
    return visible.select_related("kit").order_by("-released_at").first()


def held_version(kit: Kit, user: Any) -> str:
    """The newest version of the kit that `user` took; empty when none."""
    if not is_signed_in(user):
        return ""
    mine = Download.objects.filter(release__kit=kit, person=user).order_by("-release__released_at")
    return mine.values_list("release__version", flat=True).first() or ""


def released_file(release: Release, filename: str) -> ReleasedFile | None:
    """A file of a release by its name."""
    return release.files.filter(filename=filename).first()


def holders(kit_id: int) -> QuerySet[Any]:
    """The people who took any version of the kit."""
    return get_user_model()._default_manager.filter(downloads__release__kit=kit_id).distinct()


def followers_of(kit_id: int) -> QuerySet[Any]:
    """The people who follow the kit."""
    return get_user_model()._default_manager.filter(follows__channel__kit=kit_id)


def told_of_release(kit: Kit, *, by: Any) -> Told:
    """Who hears of a new version of the kit if `by` releases one now."""
    fact = KitReleased(
        kit_id=kit.pk, release_id=0, title=kit.title, version="", severity="", url=kit.get_absolute_url()
    )
    return who_will_be_told(kind="kits.released", fact=fact, by=by)


def download_count(kit: Kit) -> int:
    """How often the kit or a file of it was taken."""
    return Download.objects.filter(release__kit=kit).count()


def page_of(kit: Kit, user: Any) -> dict[str, Any]:
    """The page of a kit as `user` sees it."""
    return presentation.kit_page(
        kit,
        releases(kit),
        held=held_version(kit, user),
        downloads=download_count(kit),
    )
