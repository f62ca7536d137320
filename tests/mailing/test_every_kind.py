"""What every mail keeps, whatever it tells: held for each declared kind, and so for those that come later."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from icalendar import Calendar

from portal.incoming.operations import note_complaint, use_again
from portal.incoming.trimming import marker
from portal.notifications.kinds import all_kinds, kind_called
from portal.notifications.models import Notification
from portal.outbox.models import Mail
from portal.outbox.registry import rebuild
from portal.outbox.rendering import render
from tests.harness.writes import refuse_writes
from tests.incoming.conftest import AT
from tests.mailing.conftest import KINDS, SUMMARY
from tests.mailing.makers import MAKERS
from tests.mailing.naughty import STRINGS
from tests.mailing.parts import URL, Parts, faults, taken_apart
from tests.mailing.renaming import renamed_and_read

pytestmark = pytest.mark.django_db
MailOf = Callable[..., Mail]


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.SITE_URL = "https://portal.example"


@pytest.fixture(params=[*KINDS, SUMMARY])
def mail(request: pytest.FixtureRequest, mail_of: MailOf) -> Mail:
    """The mail of each kind in turn, and the summary."""
    return mail_of(request.param)


def parts_of(mail: Mail) -> Parts:
    message = render(mail)
    assert message is not None
    return taken_apart(message)


def kind_of(mail: Mail) -> Any:
    """None for the summary."""
    notice = Notification.objects.filter(pk=mail.subject_id).first()
    return kind_called(notice.kind) if notice and mail.renderer == "notification" else None


def can_be_stopped(mail: Mail) -> bool:
    kind = kind_of(mail)
    return kind is None or not kind.transactional


@pytest.mark.once
def test_every_kind_has_a_maker() -> None:
    declared = {kind.slug for kind in all_kinds()}
    assert sorted(declared - set(MAKERS)) == [], "tests/mailing/makers.py makes a kind happen; add the new one there"
    assert sorted(set(MAKERS) - declared) == [], "these are declared no more"


def test_it_is_a_good_mail(mail: Mail, member: Any) -> None:
    assert faults(parts_of(mail), member.email) == []


def test_machines_know_it_for_what_it_is(mail: Mail) -> None:
    message = parts_of(mail).message
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "OOF" in message["X-Auto-Response-Suppress"]
    assert "NDR" not in message["X-Auto-Response-Suppress"].replace(" ", "").split(",")
    assert str(message["From"]).endswith("<programme@example.org>")
    if can_be_stopped(mail):
        assert message["Precedence"] == "list"
        assert re.fullmatch(r"<[a-z0-9.-]+\.portal\.example>", message["List-Id"])


def test_one_click_stops_it_and_what_is_queued_goes_nowhere(mail: Mail, client: Client) -> None:
    if not can_be_stopped(mail):
        assert parts_of(mail).message["List-Unsubscribe"] is None
        return
    message = parts_of(mail).message
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (stop,) = re.fullmatch(r"\s*<(https://portal\.example/\S+)>", message["List-Unsubscribe"]).groups()
    response = Client(enforce_csrf_checks=True).post(
        stop.removeprefix("https://portal.example"), {"List-Unsubscribe": "One-Click"}
    )
    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert render(mail) is None


def test_an_address_that_is_paused_gets_what_is_about_the_account_alone(mail: Mail, member: Any) -> None:
    note_complaint(address=member.email.upper(), problem="spam", at=AT)
    assert (render(mail) is None) is can_be_stopped(mail)
    assert Notification.objects.filter(person=member).exists(), "it still stands in the list"


def test_once_its_owner_says_so_an_address_is_used_again(mail: Mail, member: Any) -> None:
    note_complaint(address=member.email, problem="spam", at=AT)
    use_again(by=member, at=AT)
    assert render(mail) is not None


# --- read by people -------------------------------------------------------------------------------------------------


def test_the_text_can_be_read(mail: Mail) -> None:
    text = parts_of(mail).text
    for line in text.split("\n"):
        assert len(line) <= 72 or URL.search(line), line
        assert line == line.rstrip() or line == "-- "
    assert "\n\n\n" not in text
    assert not text.startswith("\n")
    assert "<" not in text
    assert "&" not in URL.sub("", text)
    assert text.count("\n-- \n") == 1


def test_no_address_stands_twice_in_the_text(mail: Mail) -> None:
    found = URL.findall(parts_of(mail).text)
    assert len(found) == len(set(found)) >= 1, found


def test_links_say_where_they_lead_and_no_two_say_the_same(mail: Mail) -> None:
    links = parts_of(mail).read.links()
    words = [link.words.casefold() for link in links]
    assert len(words) == len(set(words)), words
    assert len({link.href for link in links}) == len(links)
    for said in words:
        assert len(said) >= 6, said
        assert said not in {"here", "click here", "link", "open it", "read more", "more"}, said


def test_read_aloud_it_begins_with_who_and_what_and_ends_with_why(mail: Mail, settings: Any) -> None:
    read = parts_of(mail).read
    headings = [element for element in read.elements if element.tag in {"h1", "h2", "h3"}]
    assert [heading.tag for heading in headings].count("h1") == 1
    assert headings[0].tag == "h1"
    assert all(heading.words for heading in headings)
    words = [said for said in read.words if said != marker()]  # where it can be answered, that is said above all
    assert words[0] == settings.COMMUNITY["name_main"]
    assert words.index(headings[0].words) <= 3
    aloud = " ".join(read.words)
    order = [aloud.index(headings[0].words), aloud.rindex(settings.COMMUNITY["name"])]
    if can_be_stopped(mail):
        order += [aloud.index("Stop these mails"), aloud.index("Choose what you get")]
    assert order == sorted(order)
    assert read.lang == "en-gb"
    assert read.title.strip()
    assert all(table.get("role") == "presentation" for table in read.tables)


def test_text_and_html_tell_the_same(mail: Mail) -> None:
    parts = parts_of(mail)
    in_text = set(URL.findall(parts.text))
    in_html = {link.href for link in parts.read.links() if not link.href.startswith("mailto:")}
    assert in_text == in_html
    (heading,) = [element.words for element in parts.read.elements if element.tag == "h1"]
    flat = " ".join(parts.text.split())
    assert any(word in flat for word in heading.split("“")), heading


# --- private --------------------------------------------------------------------------------------------------------


def outside(parts: Parts) -> str:
    """What shows without opening it: headers, and the names of files."""
    files = [part.get_filename() or "" for part in parts.message.iter_attachments()]
    return "\n".join([*(f"{name}: {value}" for name, value in parts.message.items()), *files])


def names_of_people() -> set[str]:
    from members.models import User

    return {word for name in User.objects.values_list("name", flat=True) for word in name.split() if len(word) > 3}


def test_no_name_of_a_person_stands_outside(mail: Mail, member: Any) -> None:
    shown = outside(parts_of(mail)).replace(f"To: {member.email}", "")
    assert [name for name in names_of_people() if name in shown] == []


def test_of_what_is_closed_no_name_stands_outside(mail: Mail, member: Any, closed: Callable[[], None]) -> None:
    parts = parts_of(mail)
    open_subject = parts.message["Subject"]
    closed()
    if kind_of(mail) is None or kind_of(mail).channel(_fact(mail)) is None:
        return
    shown = outside(parts_of(mail))
    titles = [
        value
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name in {"title", "channel_title"}
        for value in model._default_manager.values_list(field.name, flat=True)
        if isinstance(value, str) and len(value) > 3
    ]
    assert titles
    assert [title for title in titles if title in shown] == []
    assert parts_of(mail).message["Subject"] != open_subject


def _fact(mail: Mail) -> Any:
    row = Notification.objects.get(pk=mail.subject_id).fact
    return rebuild(row.name, row.payload)


# --- naughty --------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_there_are_five_hundred_naughty_strings() -> None:
    assert len(STRINGS) >= 500


def test_whatever_things_and_people_are_called_it_stays_a_good_mail(mail: Mail, member: Any) -> None:
    """Each kind with a tenth of the strings, another tenth for each; `make faults` does all with all."""
    begin = [*KINDS, SUMMARY].index(kind_of(mail).slug if kind_of(mail) else SUMMARY) % 10
    assert renamed_and_read(mail, STRINGS[begin::10], to=member.email) == []


# --- followed by machines -------------------------------------------------------------------------------------------

SCANNERS = ["Mozilla/5.0", "Microsoft Outlook SafeLinks", "GoogleImageProxy", "Barracuda Sentinel", ""]


def test_whoever_follows_its_links_changes_nothing(mail: Mail, member: Any, client_of: Any) -> None:
    addresses = {link.href for link in parts_of(mail).read.links()} | set(URL.findall(parts_of(mail).text))
    assert addresses
    clients = (Client(), client_of(member))
    before = _state()
    for client in clients:
        assert render(mail) is not None
        for address in addresses:
            for agent in SCANNERS:
                for method in ("get", "head"):
                    with connection.execute_wrapper(refuse_writes):
                        answer = getattr(client, method)(
                            address.removeprefix("https://portal.example"), headers={"user-agent": agent}, secure=True
                        )
                    assert answer.status_code in {200, 302, 404, 405}
    assert _state() == before


def _state() -> dict[str, list[Any]]:
    """Every row there is, but for sessions and what is declared append-only."""
    left = {"sessions.Session", "notifications.ReadMark", "kits.Download", "members.ProfileViews"}
    return {
        model._meta.label: sorted(map(str, model._default_manager.values_list()))
        for model in apps.get_models()
        if model._meta.label not in left and not model._meta.proxy
    }


# --- calendars ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "method", "status"),
    [
        ("meetings.agenda-published", "PUBLISH", "CONFIRMED"),
        ("meetings.changed", "PUBLISH", "CONFIRMED"),
        ("meetings.cancelled", "CANCEL", "CANCELLED"),
    ],
)
def test_a_meeting_comes_with_its_event(slug: str, method: str, status: str, mail_of: MailOf) -> None:
    mail = mail_of(slug)
    message = parts_of(mail).message
    assert message.get_content_type() == "multipart/mixed"
    (file,) = message.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert file["Content-Type"].params["method"] == method
    assert file.get_filename() == "meeting.ics"
    calendar = Calendar.from_ical(file.get_content())
    (event,) = calendar.walk("VEVENT")
    assert (str(calendar["METHOD"]), str(event["STATUS"])) == (method, status)
    assert "X-WR-CALNAME" not in calendar
    assert "ATTENDEE" not in event
    assert "the-secret-room" not in file.get_content()
    assert isinstance(event.start, datetime)


@pytest.mark.parametrize(
    "slug", sorted(set(KINDS) - {"meetings.agenda-published", "meetings.changed", "meetings.cancelled"})
)
def test_other_mails_bring_no_files(slug: str, mail_of: MailOf) -> None:
    assert list(parts_of(mail_of(slug)).message.iter_attachments()) == []
