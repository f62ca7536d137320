"""What happens to kits."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("kits.KitReleased")
@dataclass(frozen=True)
class KitReleased:
    """A new version can be taken home. `quiet`: nobody is told."""

    kit_id: int
    release_id: int
    title: str
    version: str
    severity: str
    url: str
    quiet: bool = False
