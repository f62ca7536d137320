"""What happens to consents to speak: with these facts it can be told who agreed to what and when."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("members.AgreedToSpeak")
@dataclass(frozen=True)
class AgreedToSpeak:
    """A member agreed, or agreed anew, to be asked to speak. `until` is ISO 8601 in UTC."""

    spokesperson_id: int
    person_id: int
    scope: str
    until: str


@fact("members.NoLongerSpeaks")
@dataclass(frozen=True)
class NoLongerSpeaks:
    """A member took the consent back."""

    spokesperson_id: int
    person_id: int


@fact("members.ConsentRunsOut")
@dataclass(frozen=True)
class ConsentRunsOut:
    """A consent ends within thirty days unless it is renewed."""

    spokesperson_id: int
    person_id: int
    until: str
