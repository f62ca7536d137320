"""The directory's filters, as they stand in its address: `q kind level country service stage language … sort`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.core.text import is_storable

MOST_VALUES = 30
LONGEST_VALUE = 100
LONGEST_FIND = 60
# Name in the address, heading, and whether the group is open before anybody chose.
FACETS = (
    ("level", _("Jurisdiction"), True),
    ("kind", _("Member kind"), True),
    ("country", _("Country"), True),
    ("service", _("Service line"), False),
    ("stage", _("Stage"), False),
    ("expertise", _("Expertise"), False),
    ("language", _("Language"), False),
    ("willing", _("Willing to"), False),
    ("speaks", _("Speaks in public about"), False),
    ("organisation", _("Organisation"), False),
)
# Too many values to show: the most frequent are, and a box finds the others (`find_country=…`).
LONG = ("country", "expertise", "language", "organisation")
SORTS = {"name": (_("Name"), ("sort_name", "id")), "newest": (_("Newest"), ("-member_since", "-id"))}


@dataclass(frozen=True)
class Filters:
    """What was chosen; values that nobody has are kept, so that the page can say that nobody has them."""

    text: str = ""
    sort: str = "name"
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    finds: dict[str, str] = field(default_factory=dict)

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
    finds = {name: found for name in LONG if (found := _find(params.get(f"find_{name}", "")))}
    sort = params.get("sort", "")
    return Filters(text=text, sort=sort if sort in SORTS else "name", chosen=chosen, finds=finds)


def _values(raw: Iterable[str]) -> tuple[str, ...]:
    unique = dict.fromkeys(value for value in raw if 0 < len(value) <= LONGEST_VALUE and is_storable(value))
    return tuple(unique)[:MOST_VALUES]


def _find(raw: str) -> str:
    text = raw.strip()[:LONGEST_FIND]
    return text if is_storable(text) else ""
