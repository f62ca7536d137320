"""What happens to people and their accounts."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("members.JoinRequested")
@dataclass(frozen=True)
class JoinRequested:
    """Somebody asked to join and confirmed their address."""

    request_id: int
    name: str


@fact("members.JoinApproved")
@dataclass(frozen=True)
class JoinApproved:
    """Staff approved a request: the person is a member from now on."""

    request_id: int
    person_id: int


@fact("members.JoinRefused")
@dataclass(frozen=True)
class JoinRefused:
    """Staff refused a request, with a reason that the person reads."""

    request_id: int
    person_id: int


@fact("members.PersonSuspended")
@dataclass(frozen=True)
class PersonSuspended:
    """Staff suspended a member: they are gone from every page, and their sessions have ended."""

    person_id: int
    reason: str


@fact("members.PersonReinstated")
@dataclass(frozen=True)
class PersonReinstated:
    """Staff took a suspension back."""

    person_id: int


@fact("members.PersonLeaves")
@dataclass(frozen=True)
class PersonLeaves:
    """Somebody leaves: gone from every page, and erased when their time to come back is over."""

    person_id: int


@fact("members.PersonStays")
@dataclass(frozen=True)
class PersonStays:
    """Somebody who was leaving came back in time."""

    person_id: int


@fact("members.ExportReady")
@dataclass(frozen=True)
class ExportReady:
    """Everything about a person was put together for them."""

    export_id: int
    person_id: int


@fact("members.FactorResetAsked")
@dataclass(frozen=True)
class FactorResetAsked:
    """Staff made sure who lost a second factor, and ask for it to be taken away."""

    reset_id: int
    person_id: int


@fact("members.FactorResetDone")
@dataclass(frozen=True)
class FactorResetDone:
    """A second factor was taken away, and every session of the person ended."""

    reset_id: int
    person_id: int


@fact("members.FactorResetWithdrawn")
@dataclass(frozen=True)
class FactorResetWithdrawn:
    """A request to take a second factor away was withdrawn."""

    reset_id: int
    person_id: int


@fact("members.RecordClaimed")
@dataclass(frozen=True)
class RecordClaimed:
    """A listed person turned out to be this member."""

    record_id: int
    person_id: int
    name: str


@fact("members.JoinQuestionAsked")
@dataclass(frozen=True)
class JoinQuestionAsked:
    """Staff asked something before deciding; the request waits for the person."""

    request_id: int
    person_id: int


@fact("members.JoinAnswered")
@dataclass(frozen=True)
class JoinAnswered:
    """The person answered; the request is staff's again."""

    request_id: int
    name: str


@fact("members.JoinClosed")
@dataclass(frozen=True)
class JoinClosed:
    """A request was closed because a question stayed without an answer."""

    request_id: int
    person_id: int


@fact("members.InvitationSent")
@dataclass(frozen=True)
class InvitationSent:
    """A member asked somebody to join. To whom it went stands in the row alone."""

    invitation_id: int


@fact("members.InvitationAccepted")
@dataclass(frozen=True)
class InvitationAccepted:
    """Somebody who was invited is a member now."""

    invitation_id: int
    person_id: int
    name: str


@fact("members.ClaimRefused")
@dataclass(frozen=True)
class ClaimRefused:
    """Staff did not believe that a listed person is this member."""

    claim_id: int
    person_id: int
    name: str


@fact("members.AccountsMerged")
@dataclass(frozen=True)
class AccountsMerged:
    """Two accounts of one person became one."""

    merge_id: int
    person_id: int
    gone_id: int


@fact("members.ProfileEdited")
@dataclass(frozen=True)
class ProfileEdited:
    """Programme staff changed somebody's profile; what exactly stands in the `ProfileEdit` of this key."""

    edit_id: int
    person_id: int
    editor: str


@fact("members.OrganisationsMerged")
@dataclass(frozen=True)
class OrganisationsMerged:
    """Staff found that two organisations are one; what was moved, counted."""

    organisation_id: int
    gone: str
    name: str
    people: int
    requests: int


@fact("members.DomainVerified")
@dataclass(frozen=True)
class DomainVerified:
    """Staff stand for it that a domain's addresses belong to an organisation's people."""

    organisation_id: int
    domain: str
