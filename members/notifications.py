"""What the members app tells people."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import facts
from members.introductions import notifications as _introductions  # noqa: F401 -- kinds declare themselves
from members.letters import notifications as _letters  # noqa: F401
from members.models import DataExport, JoinRequest, Profile, ProfileEdit, User
from members.office_hours import notifications as _office_hours  # noqa: F401
from members.profiles.page import edits
from members.spokespeople import notifications as _spokespeople  # noqa: F401
from portal.core.rules import is_staff_member
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route


@declare
class JoinRequested(Kind):
    """To staff: somebody asks to join."""

    slug = "members.join-requested"
    area = gettext_lazy("Membership")
    route = Route.ROLE
    label = gettext_lazy("Somebody asks to join")
    fact = facts.JoinRequested
    template = "members/email/join_requested"
    action = gettext_lazy("Decide")

    def channel(self, fact: facts.JoinRequested) -> None:
        return None

    def offered_to(self, person: User) -> bool:
        return is_staff_member(person)

    def audience(self, fact: facts.JoinRequested) -> QuerySet[User]:
        return User.objects.programme_staff()

    def reason(self, fact: facts.JoinRequested) -> str:
        return _("You are programme staff, and staff decide who joins.")

    def headline(self, fact: facts.JoinRequested) -> str:
        return _("%(name)s asks to join") % {"name": fact.name}

    def url(self, fact: facts.JoinRequested) -> str:
        return reverse("members:join-request", args=[fact.request_id])

    def context(self, fact: facts.JoinRequested, person: User) -> dict[str, Any] | None:
        request = JoinRequest.objects.open().filter(pk=fact.request_id).first()
        if request is None or not is_staff_member(person):
            return None
        return {"asked": request}


@declare
class JoinApproved(Kind):
    """To the person: welcome."""

    slug = "members.join-approved"
    area = gettext_lazy("Membership")
    route = Route.ROLE
    transactional = True
    label = gettext_lazy("Your request to join is approved")
    fact = facts.JoinApproved
    template = "members/email/join_approved"
    action = gettext_lazy("Begin here")

    def channel(self, fact: facts.JoinApproved) -> None:
        return None

    def audience(self, fact: facts.JoinApproved) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def reason(self, fact: facts.JoinApproved) -> str:
        return _("You asked to join.")

    def headline(self, fact: facts.JoinApproved) -> str:
        return _("Welcome: your request to join is approved")

    def url(self, fact: facts.JoinApproved) -> str:
        return reverse("members:welcome")

    def context(self, fact: facts.JoinApproved, person: User) -> dict[str, Any] | None:
        request = JoinRequest.objects.filter(pk=fact.request_id).first()
        return {"ground": request.ground if request else ""}


@declare
class ExportReady(Kind):
    """To the person: the file with their data can be fetched."""

    slug = "members.export-ready"
    label = gettext_lazy("The file with your data is ready")
    fact = facts.ExportReady
    template = "members/email/export_ready"
    action = gettext_lazy("Fetch the file")
    transactional = True

    def channel(self, fact: facts.ExportReady) -> None:
        return None

    def audience(self, fact: facts.ExportReady) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def reason(self, fact: facts.ExportReady) -> str:
        return _("You asked for your data.")

    def headline(self, fact: facts.ExportReady) -> str:
        return _("The file with your data is ready")

    def url(self, fact: facts.ExportReady) -> str:
        return reverse("members:data")

    def context(self, fact: facts.ExportReady, person: User) -> dict[str, Any] | None:
        export = DataExport.objects.visible_to(person).filter(pk=fact.export_id, state="ready").first()
        return {"export": export} if export else None


class _OfClaim(Kind):
    """To the person: what became of "this is me"."""

    area = gettext_lazy("Membership")
    route = Route.ROLE
    template = "members/email/claim_decided"
    action = gettext_lazy("Look at your profile")

    def channel(self, fact: Any) -> None:
        return None

    def audience(self, fact: Any) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def reason(self, fact: Any) -> str:
        return _("You said that a listed person is you.")

    def url(self, fact: Any) -> str:
        return reverse("members:me")


@declare
class RecordClaimed(_OfClaim):
    """A listed person is this member now."""

    slug = "members.record-claimed"
    label = gettext_lazy("A listed entry is yours now")
    fact = facts.RecordClaimed

    def headline(self, fact: Any) -> str:
        return _("The entry “%(name)s” is yours now") % {"name": fact.name}

    def context(self, fact: Any, person: User) -> dict[str, Any] | None:
        return {"accepted": True}


@declare
class ClaimRefused(_OfClaim):
    """Staff could not tell that the listed person is this member."""

    slug = "members.claim-refused"
    label = gettext_lazy("A listed entry could not be given to you")
    fact = facts.ClaimRefused

    def headline(self, fact: Any) -> str:
        return _("We could not tell that the entry “%(name)s” is you") % {"name": fact.name}

    def context(self, fact: Any, person: User) -> dict[str, Any] | None:
        return {"accepted": False}


@declare
class ProfileEdited(Kind):
    """To the owner: programme staff changed the profile. Several saves in a row are one mail."""

    slug = "members.profile-edited"
    label = gettext_lazy("Programme staff change your profile")
    fact = facts.ProfileEdited
    template = "members/email/profile_edited"
    action = gettext_lazy("Look at your profile")
    conversation = True

    def channel(self, fact: facts.ProfileEdited) -> None:
        return None

    def audience(self, fact: facts.ProfileEdited) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def thread(self, fact: facts.ProfileEdited) -> str:
        return f"members.profile:{fact.person_id}"

    def reason(self, fact: facts.ProfileEdited) -> str:
        return _("It is your profile.")

    def headline(self, fact: facts.ProfileEdited) -> str:
        return _("%(name)s changed your profile") % {"name": fact.editor}

    def url(self, fact: facts.ProfileEdited) -> str:
        return f"{reverse('members:me')}#changed"

    def context(self, fact: facts.ProfileEdited, person: User) -> dict[str, Any] | None:
        rows = ProfileEdit.objects.visible_to(person).filter(pk=fact.edit_id).select_related("by")
        found = edits(list(rows))
        return {"edit": found[0]} if found else None


@declare
class JoinAnswered(Kind):
    """To staff: somebody answered a question about their request. To those who asked it, as long as they are here."""

    slug = "members.join-answered"
    label = gettext_lazy("Somebody who asks to join answers your question")
    area = gettext_lazy("Membership")
    route = Route.ROLE
    fact = facts.JoinAnswered
    template = "members/email/join_answered"
    action = gettext_lazy("Decide")

    def channel(self, fact: facts.JoinAnswered) -> None:
        return None

    def audience(self, fact: facts.JoinAnswered) -> QuerySet[User]:
        staff = User.objects.programme_staff()
        asked = staff.filter(join_messages__request=fact.request_id, join_messages__from_staff=True).distinct()
        return asked if asked.exists() else staff

    def reason(self, fact: facts.JoinAnswered) -> str:
        return _("You are programme staff, and staff decide who joins.")

    def headline(self, fact: facts.JoinAnswered) -> str:
        return _("%(name)s has answered about joining") % {"name": fact.name}

    def url(self, fact: facts.JoinAnswered) -> str:
        return reverse("members:join-request", args=[fact.request_id])

    def context(self, fact: facts.JoinAnswered, person: User) -> dict[str, Any] | None:
        request = JoinRequest.objects.open().filter(pk=fact.request_id).first()
        if request is None or not is_staff_member(person):
            return None
        said = request.messages.filter(from_staff=False).last()
        return {"asked": request, "text": said.text if said else ""}


@declare
class InvitationAccepted(Kind):
    """To whoever invited: the person is a member now."""

    slug = "members.invitation-accepted"
    label = gettext_lazy("Somebody whom you invited is a member")
    area = gettext_lazy("Membership")
    route = Route.HOLDS
    fact = facts.InvitationAccepted
    template = "members/email/invitation_accepted"
    action = gettext_lazy("Say hello")

    def channel(self, fact: facts.InvitationAccepted) -> None:
        return None

    def audience(self, fact: facts.InvitationAccepted) -> QuerySet[User]:
        return User.objects.filter(invitations=fact.invitation_id)

    def reason(self, fact: facts.InvitationAccepted) -> str:
        return _("You invited this person.")

    def headline(self, fact: facts.InvitationAccepted) -> str:
        return _("%(name)s has joined") % {"name": fact.name}

    def url(self, fact: facts.InvitationAccepted) -> str:
        return reverse("members:invitations")

    def context(self, fact: facts.InvitationAccepted, person: User) -> dict[str, Any] | None:
        profile = Profile.objects.visible_to(person).filter(user=fact.person_id).first()
        return {"action_url": settings.SITE_URL + profile.get_absolute_url()} if profile else None
