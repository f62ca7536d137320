"""What happens to cases."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("cases.CasePublished")
@dataclass(frozen=True)
class CasePublished:
    """A case went live for the first time (`first`), or a live case was replaced by a later revision.

    `changed` names what is different, by the keys of `outline.CHANGES`. `quiet`: nobody is told.
    """

    case_id: int
    revision_id: int
    channel_id: int
    title: str
    url: str
    first: bool
    changed: list[str]
    quiet: bool = False
