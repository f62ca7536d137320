"""What happens to introductions. Names are not in them: who reads what of whom is asked when it is shown."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("members.IntroductionAsked")
@dataclass(frozen=True)
class IntroductionAsked:
    """A member asked to be introduced to another."""

    introduction_id: int
    asker_id: int
    person_id: int


@fact("members.IntroductionAccepted")
@dataclass(frozen=True)
class IntroductionAccepted:
    """The other said yes: both see each other's address from now on. Of a no there is no fact."""

    introduction_id: int
    asker_id: int
    person_id: int


@fact("members.IntroductionLooksBack")
@dataclass(frozen=True)
class IntroductionLooksBack:
    """Thirty days have passed since the yes: both are asked whether it helped."""

    introduction_id: int
    asker_id: int
    person_id: int
