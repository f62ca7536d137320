"""Makes the mail of every declared kind happen, by the operations that cause it in the portal.

A new kind needs its maker here (test_every_kind.py says so): then its mail is held to what all mails are held to.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases import operations as case_operations
from cases.models import Case
from members.joining import operations as joining
from members.models import JoinRequest, Profile, Record, User
from members.profiles.operations import ProfileChanges, edit_profile
from members.rights import exporting
from members.roster import claiming
from portal.follows.operations import follow
from portal.meetings import operations as meeting_operations
from portal.outbox.given_up import tell_staff
from portal.outbox.models import Mail
from tests.factories.cases import editor, published
from tests.factories.discussions import make_reply, make_thread
from tests.factories.kits import make_kit, make_release
from tests.factories.meetings import agenda, details, make_channel, make_meeting
from tests.factories.members import UserFactory
from tests.factories.workinggroups import make_group
from workinggroups import operations as group_operations

Maker = Callable[[Any, Any], None]
MAKERS: dict[str, Maker] = {}


def makes(slug: str) -> Callable[[Maker], Maker]:
    """Register how a kind comes about: the function is given whom it is told to, and who causes it."""

    def register(maker: Maker) -> Maker:
        MAKERS[slug] = maker
        return maker

    return register


def _meeting(reader: Any, actor: Any, **fields: Any) -> Any:
    channel = make_channel(audience="public", hosts=(actor,), readers=(reader,))
    rows = agenda("What two agencies want", "The board’s question", "Decisions and next steps", minutes=15)
    usual = {
        "title": "Two agencies want out",
        "purpose": "Whether to let them go, and at what price.",
        "zone": "America/New_York",
        "location_note": "Dial in; the number stands on the page.",
        "rows": rows,
    }
    return make_meeting(channel, by=actor, **(usual | fields))


@makes("meetings.agenda-published")
def _agenda(reader: Any, actor: Any) -> None:
    meeting = _meeting(reader, actor, state="draft")
    meeting_operations.publish(meeting=meeting, version=meeting.version, tell=True, by=actor, at=timezone.now())


@makes("meetings.changed")
def _changed(reader: Any, actor: Any) -> None:
    meeting = _meeting(reader, actor)
    later = details(meeting.starts_at + timedelta(days=2), title="Three agencies want out", zone=meeting.zone)
    meeting_operations.change(meeting=meeting, details=later, version=meeting.version, by=actor, at=timezone.now())


@makes("meetings.cancelled")
def _cancelled(reader: Any, actor: Any) -> None:
    meeting = _meeting(reader, actor)
    meeting_operations.cancel(meeting=meeting, reason="The room is flooded.", by=actor, at=timezone.now())


@makes("discussions.thread-opened")
def _opened(reader: Any, actor: Any) -> None:
    channel = make_channel(audience="public", hosts=(actor,), readers=(reader,))
    make_thread(channel, by=actor, title="What counts as cost?", body="Wages *too*?\n\n- rent\n- heat", quiet=False)


@makes("discussions.post-written")
def _answered(reader: Any, actor: Any) -> None:
    thread = make_thread(make_channel(audience="public"), by=reader, title="What counts as cost?")
    make_reply(thread, by=actor, body="> Wages?\n\nYes, as [this page](/glossary/) says.")


@makes("cases.published")
def _case(reader: Any, actor: Any) -> None:
    User.objects.filter(pk=actor.pk).update(is_staff=True)
    case = published(title="One payroll for eleven agencies", place="State of Calloway")
    follow(channel=case.channel, by=reader, at=timezone.now())
    row = Case.objects.get(pk=case.pk)
    row.governance, row.period = "Somebody else decides now [audit-2020].", "2020"
    case_operations.save_draft(case=row, by=editor(), at=timezone.now())
    case_operations.publish(case=Case.objects.get(pk=case.pk), by=User.objects.get(pk=actor.pk), at=timezone.now())


@makes("kits.released")
def _kit(reader: Any, actor: Any) -> None:
    kit = make_kit(title="Starter kit")
    follow(channel=kit.channel, by=reader, at=timezone.now())
    make_release(kit, "1.1", by=actor)


@makes("workinggroups.member-joined")
def _joined(reader: Any, actor: Any) -> None:
    group = make_group(lead=reader, title="Business case and funding")
    kind = Profile.objects.get(user=actor).kind
    group_operations.join(group=group, kind=kind, by=actor, at=timezone.now())


def _request(person: Any) -> JoinRequest:
    return joining.request_to_join(
        person=person,
        organisation="Wealdshire County Council",
        kind="practitioner",
        reason="We price our services anew next spring.",
        at=timezone.now(),
        confirmed=True,
    )


@makes("members.join-requested")
def _asked(reader: Any, actor: Any) -> None:
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    _request(UserFactory(name="Renske Oduya", standing=User.Standing.PENDING))


@makes("members.join-approved")
def _approved(reader: Any, actor: Any) -> None:
    Profile.objects.filter(user=reader).delete()
    User.objects.filter(pk=reader.pk).update(standing=User.Standing.PENDING)
    reader.refresh_from_db()
    request = _request(reader)
    joining.approve(request=request, organisation=None, kind="practitioner", by=actor, at=timezone.now())


@makes("members.export-ready")
def _export(reader: Any, actor: Any) -> None:
    exporting.ask_for_export(by=reader, at=timezone.now())
    exporting.make_exports(lambda: False)


@makes("discussions.thread-opened")
def _opened(reader: Any, actor: Any) -> None:
    channel = make_channel(audience="public", readers=(reader, actor))
    body = "Two of our districts want to leave.\n\n- What does it **cost** them?\n- Who told whom first?"
    make_thread(channel, by=actor, title="What counts as cost?", body=body, quiet=False)


@makes("discussions.post-written")
def _written(reader: Any, actor: Any) -> None:
    """Two posts in five minutes: one mail tells of both."""
    channel = make_channel(audience="public", readers=(reader, actor))
    thread = make_thread(channel, by=reader, title="What counts as cost?")
    make_reply(thread, by=actor, body="Let them price it themselves. We gave two districts our full cost model.")
    make_reply(thread, by=actor, body="One withdrew in a week.\n\n> Who told whom first?\n\nThe board did.")


def _record() -> Record:
    return Record.objects.create(source="Register", key="1", name="O. Owner", title="Head of payroll")


@makes("members.record-claimed")
def _claimed(reader: Any, actor: Any) -> None:
    claiming.accept(claim=_claim(reader), by=editor(), at=timezone.now())


@makes("members.claim-refused")
def _not_claimed(reader: Any, actor: Any) -> None:
    claiming.refuse(claim=_claim(reader), by=editor(), at=timezone.now())


def _claim(reader: Any) -> Any:
    return claiming.claim(record=_record(), wish="mine", note="It is me.", by=reader, at=timezone.now())


@makes("members.profile-edited")
def _edited(reader: Any, actor: Any) -> None:
    User.objects.filter(pk=actor.pk).update(is_staff=True)
    changes = ProfileChanges(role="Head of payroll")
    edit_profile(person=reader, changes=changes, by=User.objects.get(pk=actor.pk), at=timezone.now())


@makes("outbox.work-given-up")
def _given_up(reader: Any, actor: Any) -> None:
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    now = timezone.now()
    Mail.objects.create(
        key="gone",
        message_id="<gone@portal.example>",
        renderer="raw",
        address="a@b.example",
        state="dead",
        created_at=now,
        due_at=now,
    )
    tell_staff("SMTPDataError: 554 no", at=now)
