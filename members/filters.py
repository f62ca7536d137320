"""The directory's filters, as they stand in its address: `q kind level country service stage language sort`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.models import Profile, ProfileLanguage

MOST_VALUES = 30
LONGEST_VALUE = 60
# Name in the address, heading, and whether the group is open before anybody chose.
FACETS = (
    ("level", _("Jurisdiction"), True),
    ("kind", _("Member kind"), True),
    ("country", _("Country"), True),
    ("service", _("Service line"), False),
    ("stage", _("Stage"), False),
    ("language", _("Language"), False),
)
SORTS = {"name": (_("Name"), ("sort_name", "id")), "newest": (_("Newest"), ("-member_since", "-id"))}


@dataclass(frozen=True)
class Filters:
    """What was chosen; values that nobody has are kept, so that the page can say that nobody has them."""

    text: str = ""
    sort: str = "name"
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def condition(self, *, leave_out: str = "") -> Q:
        """Rows with one of the chosen values in each facet; `leave_out` names a facet that is not asked."""
        condition = Q()
        for name, values in self.chosen.items():
            if values and name != leave_out:
                condition &= _CONDITIONS[name](values)
        return condition

    @property
    def any(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text) or any(self.chosen.values())

    @property
    def order(self) -> tuple[str, ...]:
        """The fields to sort by, the last one unique."""
        return SORTS[self.sort][1]


def read(params: QueryDict, *, text: str) -> Filters:
    """The filters of an address; what no filter could hold is dropped."""
    chosen = {name: _values(params.getlist(name)) for name, _label, _open in FACETS}
    sort = params.get("sort", "")
    return Filters(text=text, sort=sort if sort in SORTS else "name", chosen=chosen)


def _values(raw: Iterable[str]) -> tuple[str, ...]:
    unique = dict.fromkeys(value for value in raw if 0 < len(value) <= LONGEST_VALUE)
    return tuple(unique)[:MOST_VALUES]


def _service(values: Iterable[str]) -> Q:
    """Somebody who works with payroll is found under human resources too."""
    line = Q(serviceline__slug__in=values) | Q(serviceline__parent__slug__in=values)
    return Q(pk__in=Profile.service_lines.through.objects.filter(line).values("profile"))


_CONDITIONS = {
    "level": lambda values: Q(organisation__level__slug__in=values),
    "kind": lambda values: Q(kind__in=values),
    "country": lambda values: Q(organisation__country__in=values),
    "service": _service,
    "stage": lambda values: Q(stage__slug__in=values),
    "language": lambda values: Q(pk__in=ProfileLanguage.objects.filter(code__in=values).values("profile")),
}
