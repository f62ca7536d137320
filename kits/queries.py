"""Reads about kits."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from kits import presentation
from kits.models import Download, Kit, Release, ReleasedFile
from portal.core.rules import is_signed_in
from portal.follows.queries import is_following


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
    """The people who took any version of the kit, or follow it."""
    people = get_user_model()._default_manager
    took = people.filter(downloads__release__kit=kit_id)
    follow = people.filter(follows__channel__kit=kit_id)
    return people.filter(pk__in=took.values("pk").union(follow.values("pk")))


def download_count(kit: Kit) -> int:
    """How often the kit or a file of it was taken."""
    return Download.objects.filter(release__kit=kit).count()


def page_of(kit: Kit, user: Any) -> dict[str, Any]:
    """The page of a kit as `user` sees it."""
    return presentation.kit_page(
        kit,
        releases(kit),
        held=held_version(kit, user),
        following=bool(kit.channel) and is_following(user, kit.channel),
        downloads=download_count(kit),
    )
