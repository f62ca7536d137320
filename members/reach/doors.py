"""What a reader can do with somebody from their profile: ask, write, come to an hour. Read with the row itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from members.models import Introduction, OfficeHours, Profile, Spokesperson
from members.reach.conditions import with_doors


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The doors that are open to one reader. Empty strings are doors that are not there."""

    handle: str
    asks: bool = False
    writes: bool = False
    introduction_url: str = ""
    speaks_about: str = ""
    hour_topics: str = ""
    hour_url: str = ""

    @property
    def any(self) -> bool:
        """Whether the reader can do anything beside reading."""
        return self.asks or self.writes or bool(self.introduction_url)


def reachable(profiles: QuerySet[Profile], viewer: Any, at: datetime) -> QuerySet[Profile]:
    """Rows with everything that `doors_of` tells, in the same query."""
    met = Introduction.objects.visible_to(viewer).between(viewer.pk, OuterRef("user")).order_by("-asked_at", "-pk")
    speaks = Spokesperson.objects.visible_to(viewer).current(at).filter(person=OuterRef("user"))
    hours = OfficeHours.objects.visible_to(viewer).filter(person=OuterRef("user"), stopped_at=None).order_by("-pk")
    return with_doors(profiles, viewer).annotate(
        met=Subquery(met.values("pk")[:1]),
        speaks_about=Subquery(speaks.values("subject")[:1]),
        hour=Subquery(hours.values("pk")[:1]),
        hour_topics=Subquery(hours.values("topics")[:1]),
    )


def doors_of(row: Any, viewer: Any) -> Doors:
    """The doors of a row that `reachable` brought. To oneself there are none, only what others find."""
    met = row.met if row.user_id != viewer.pk else None
    return Doors(
        handle=row.handle,
        asks=row.takes_introductions and not met,
        writes=row.takes_letters,
        introduction_url=reverse("members:introduction", kwargs={"pk": met}) if met else "",
        speaks_about=row.speaks_about or "",
        hour_topics=row.hour_topics or "",
        hour_url=reverse("members:office-hour", kwargs={"pk": row.hour}) if row.hour else "",
    )
