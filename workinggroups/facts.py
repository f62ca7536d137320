"""What happens to working groups."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("workinggroups.MemberJoined")
@dataclass(frozen=True)
class MemberJoined:
    """Somebody joined a group by themselves."""

    group_id: int
    channel_id: int
    title: str
    slug: str
    user_id: int
    name: str
