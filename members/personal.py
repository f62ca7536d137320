"""What the portal knows of its people themselves: account, profile, requests, contributions, sign-in."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import DataExport, Invitation, Profile, ProfileEdit, ProfilePhoto
from members.reach import personal as _reach  # noqa: F401 -- declares its own keys
from members.roster.claiming import remove_records_of
from portal.core.personal import ERASED, NAMELESS, extracts, files_of_person, holds, on_erasure
from portal.outbox.models import Fact

holds(
    "members.Profile.user",
    ERASED,
    _("Your profile, as stored"),
    {
        "handle": "handle",
        "kind": "kind",
        "organisation": "organisation__name",
        "organisation_proposed": "organisation_proposed",
        "role": "role",
        "stage": "stage__label",
        "looking_for": "looking_for",
        "about": "bio",
        "pronouns": "pronouns",
        "pronunciation": "pronunciation",
        "languages": "languages",
        "links": "links",
        "work_email": "contact_email",
        "phone": "phone",
        "shown_to": "shown_to",
        "audiences": "audiences",
        "providers_may_contact": "providers_may_contact",
        "leads_may_contact": "leads_may_contact",
        "member_since": "member_since",
        "confirmed": "confirmed_at",
        "changed": "updated_at",
    },
)
holds(
    "members.Contribution.person",
    ERASED,
    _("What you gave to the community"),
    {"kind": "kind", "title": "title", "address": "url", "at": "at"},
)
holds(
    "members.JoinRequest.person",
    ERASED,
    _("Your requests to join"),
    {
        "organisation": "organisation",
        "kind": "kind",
        "reason": "reason",
        "asked": "asked_at",
        "decision": "decision",
        "decided": "decided_at",
        "refusal": "refusal",
        "ground": "ground",
        "asked_back": "asked_back_at",
    },
)
holds(
    "members.JoinRequest.decided_by",
    NAMELESS,
    _("Requests of others that you decided"),
    {"decision": "decision", "decided": "decided_at"},
)
holds(
    "members.DataExport.person",
    ERASED,
    _("Your exports"),
    {"asked": "asked_at", "state": "state", "ready": "ready_at", "size": "size"},
)
holds(
    "members.Departure.person",
    ERASED,
    _("Your leaving"),
    {"asked": "asked_at", "erased_on": "due_at", "published_work": "credit"},
)
holds(
    "members.Import.by",
    NAMELESS,
    _("Lists of people you brought in"),
    {"source": "source", "file": "filename", "at": "read_at"},
)
holds(
    "members.Record.claimed_by",
    ERASED,
    _("What sources listed of you"),
    {"source": "source", "name": "name", "title": "title", "organisation": "organisation", "address": "email"},
)
holds(
    "members.Claim.person",
    ERASED,
    _("Listed people you said you are"),
    {"record": "record__name", "wish": "wish", "note": "note", "at": "at", "decision": "decision"},
)
holds("members.Claim.decided_by", NAMELESS, _("Claims you decided"), {"decision": "decision", "at": "decided_at"})
holds("members.Merge.by", NAMELESS, _("Accounts you merged"), {"duplicate": "gone_handle", "at": "at"})
holds(
    "members.ProfileEdit.by",
    NAMELESS,
    _("When you changed the profile of somebody else"),
    {"at": "at"},
)
holds(
    "members.ProfileViews.viewer",
    ERASED,
    _("How many profiles you opened on a day; kept for two days"),
    {"day": "day", "number": "number"},
)
holds(
    "members.FactorReset.person",
    ERASED,
    _("Times that staff took your second factor away, since it was lost"),
    {"asked": "asked_at", "done": "done_at", "withdrawn": "withdrawn_at", "how_staff_knew_you": "reason"},
)
holds(
    "members.FactorReset.asked_by",
    NAMELESS,
    _("Second factors of others that you asked to take away"),
    {"asked": "asked_at", "done": "done_at", "withdrawn": "withdrawn_at"},
)
holds(
    "members.FactorReset.confirmed_by",
    NAMELESS,
    _("Second factors of others that you helped to take away"),
    {"done": "done_at"},
)
holds(
    "mfa.Authenticator.user",
    ERASED,
    _("Your passkeys, authenticator app and recovery codes, without their secrets"),
    {"kind": "type", "added": "created_at", "last_used": "last_used_at"},
)
holds(
    "usersessions.UserSession.user",
    ERASED,
    _("Where you are signed in"),
    {"browser": "user_agent", "network_address": "ip", "since": "created_at", "last_here": "last_seen_at"},
)
holds(
    "socialaccount.SocialAccount.user",
    ERASED,
    _("Accounts elsewhere that you sign in with"),
    {"provider": "provider", "their_number_for_you": "uid", "connected": "date_joined", "last_used": "last_login"},
)
holds(
    "members.JoinMessage.author",
    NAMELESS,
    _("Questions and answers about requests to join"),
    {"text": "text", "from_the_programme_office": "from_staff", "at": "at"},
)
holds(
    "members.Invitation.inviter",
    ERASED,
    _("Invitations that you sent"),
    {"address": "email", "line": "line", "group": "group__title", "sent": "sent_at", "accepted": "accepted_at"},
)
holds(
    "members.Invitation.accepted_by",
    NAMELESS,
    _("The invitation with which you came"),
    {"line": "line", "sent": "sent_at", "accepted": "accepted_at"},
)
holds(
    "members.FirstVisit.person",
    ERASED,
    _("Your first visit"),
    {
        "begun": "begun_at",
        "challenge": "challenge",
        "offer": "offer",
        "peers": "peers",
        "notices": "notices",
        "finished": "finished_at",
    },
)
holds(
    "members.OrganisationDomain.verified_by",
    NAMELESS,
    _("E-mail domains that you verified"),
    {"domain": "domain", "organisation": "organisation__name", "verified": "verified_at"},
)
holds(
    "members.MergedOrganisation.by",
    NAMELESS,
    _("Organisations that you merged"),
    {"name": "name", "into": "into__name", "at": "at"},
)
holds("members.User_groups.user", ERASED, _("Your rights by group"), {"group": "group__name"})
holds("members.User_user_permissions.user", ERASED, _("Your single rights"), {"right": "permission__codename"})
holds(
    "account.EmailAddress.user",
    ERASED,
    _("Your e-mail addresses"),
    {"address": "email", "confirmed": "verified", "primary": "primary"},
)
holds(
    "admin.LogEntry.user",
    ERASED,
    _("What you did in the administrators' area"),
    {"what": "object_repr", "change": "change_message", "at": "action_time"},
)


@extracts("account", _("Your account"), "email", "name", "standing", "language", "time_zone", "made", "last_sign_in")
def account(person: Any) -> Iterator[dict[str, Any]]:
    """The account itself; the password is stored as a hash that nobody can read back, and is left out."""
    yield {
        "email": person.email,
        "name": person.name,
        "standing": person.standing,
        "language": person.language,
        "time_zone": person.time_zone,
        "made": person.date_joined,
        "last_sign_in": person.last_login,
    }


@extracts("profile-lists", _("The lists of your profile"), "list", "value")
def profile_lists(person: Any) -> Iterator[dict[str, Any]]:
    """What hangs on the profile: service lines, subjects, offers and languages."""
    for profile in Profile.objects.with_everything().filter(user=person):
        yield from ({"list": "service line", "value": line.label} for line in profile.service_lines.all())
        yield from ({"list": "ask about", "value": each.tag.name} for each in profile.expertise.all())
        yield from ({"list": "willing to", "value": each.what} for each in profile.offers.all())
        yield from ({"list": "language", "value": code} for code in profile.languages)


@extracts("profile-edits", _("What others changed in your profile"), "at", "field", "before", "after")
def profile_edits(person: Any) -> Iterator[dict[str, Any]]:
    """Who it was is theirs: what changed is yours."""
    for edit in ProfileEdit.objects.filter(profile__user=person).order_by("pk"):
        for field, before, after in edit.changes:
            yield {"at": edit.at, "field": field, "before": before, "after": after}


@files_of_person("photo")
def photo_files(person: Any) -> Iterator[tuple[str, Any]]:
    """The photo in each size and format; what was uploaded was not kept."""
    for photo in ProfilePhoto.objects.filter(profile__user=person):
        for name in ("small_webp", "small_jpeg", "large_webp", "large_jpeg"):
            yield name.replace("_", "."), getattr(photo, name)


@files_of_person("exports", exported=False)
def earlier_exports(person: Any) -> Iterator[tuple[str, Any]]:
    """Earlier exports are not part of the next one."""
    for export in DataExport.objects.filter(person=person).exclude(file=""):
        yield str(export.pk), export.file


@on_erasure
def forget_elsewhere(person: Any, shown_as: str) -> None:
    """Reasons of suspensions, the administrators' log, invitations and sessions: no key of theirs goes along."""
    remove_records_of(person, timezone.now())
    suspensions = Fact.objects.filter(name="members.PersonSuspended", key__startswith=f"members.suspended:{person.pk}:")
    for fact in suspensions:
        fact.payload["reason"] = ""
        fact.save(update_fields=["payload"])
    about = ContentType.objects.get_for_model(type(person))
    LogEntry.objects.filter(content_type=about, object_id=str(person.pk)).update(
        object_repr=shown_as[:200], change_message=""
    )
    Invitation.objects.filter(email=person.email).delete()
    mine = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") == str(person.pk)]
    Session.objects.filter(pk__in=mine).delete()
