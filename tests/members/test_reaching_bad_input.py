"""What people should not type: the same sentence on both databases, nothing unescaped, no header of their own."""

import html
from email.policy import SMTP

import pytest
from django.utils import timezone

from members.models import Booking, Introduction, Letter, OfficeHours, Spokesperson
from members.office_hours import rules
from portal.taxonomy.models import ServiceLine
from tests.factories.members import ProfileFactory
from tests.factories.reach import SECRET_LINK, allow, offer
from tests.members.post import delivered, newest

REFUSED = ["\x00", "a\x00b", "a\x1bb", "x\u202eevil", "\u2066a\u2069", "\x7f", "\x85"]
STORED = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }} {% now 'Y' %} {# x #}",
    "Subject: hello\r\nBcc: everybody@example.org\r\n\r\nBody",
    "line\nBcc: everybody@example.org",
    "=cmd|' /C calc'!A0",
    "%s %(name)s %d {name} ${name}",
    "'; DROP TABLE members_user; --",
    "مرحبا بالعالم",
    "שלום",
    "田中さんにあげて下さい",
    "👩🏽‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "\u200bzero\u200dwidth",
    "ﬁ ﬂ ª ² ½",
    "../../etc/passwd",
    "http://a/%%30%30",
    "True",
    "NaN",
    "0" * 200,
    "a" * 199 + "é",
]


def nothing_unescaped(page, text):
    if "<" in text:
        assert text not in page
        first = text.split("\n")[0].strip()
        assert any(html.escape(first, quote=quotes) in page for quotes in (True, False))


def parses(mail):
    """Written to the wire and read back: no header that we did not write, and one person gets it."""
    raw = mail.message.as_bytes(policy=SMTP)
    head = raw.split(b"\r\n\r\n", 1)[0].lower()
    assert b"\r\nbcc:" not in head
    assert head.count(b"\r\nto:") == 1
    return mail


@pytest.mark.parametrize("text", STORED)
def test_purposes_travel_as_they_were_written(text, member, co_member, client_of):
    address = f"/members/{co_member.profile.handle}/introduce/"
    response = client_of(member).post(address, {"purpose": text})
    assert response.status_code == 302
    row = Introduction.objects.get()
    assert row.purpose == text.replace("\r\n", "\n").strip()
    for viewer in (member, co_member):
        for page in ("/members/introductions/", f"/members/introductions/{row.pk}/"):
            nothing_unescaped(client_of(viewer).get(page).content.decode(), text)
    mail = parses(newest(co_member.email))
    nothing_unescaped(mail.html, text)
    assert mail.message["Subject"] == "A member asks to be introduced to you"


@pytest.mark.parametrize("text", STORED)
def test_letters_travel_as_they_were_written(text, member, co_member, client_of):
    allow(co_member, letters=True)
    response = client_of(member).post(f"/members/{co_member.profile.handle}/write/", {"text": text})
    assert response.status_code == 302
    letter = Letter.objects.get()
    assert letter.text == text.replace("\r\n", "\n").strip()
    page = client_of(co_member).get(f"/members/messages/{letter.pk}/").content.decode()
    nothing_unescaped(page, text)
    nothing_unescaped(parses(newest(co_member.email)).html, text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_stored_is_refused_with_a_sentence_and_no_mail(text, member, co_member, client_of):
    allow(co_member, letters=True)
    client, handle = client_of(member), co_member.profile.handle
    forms = [
        (f"/members/{handle}/introduce/", {"purpose": text}),
        (f"/members/{handle}/write/", {"text": text}),
        ("/members/office-hours/offer/", _hours(topics=text)),
        ("/members/me/spokesperson/", _consent(subject=text)),
        (offer(co_member).get_absolute_url(), {"day": "2000-01-01", "question": text}),
    ]
    for address, sent in forms:
        assert client.post(address, sent).status_code in {400, 422}, address
    assert not Introduction.objects.exists()
    assert not Letter.objects.exists()
    assert delivered() == []


@pytest.mark.parametrize("text", STORED)
def test_names_of_people_do_not_break_a_mail(text, co_member, client_of):
    name = " ".join(text.split())[:110]
    asker = ProfileFactory(user__name=name).user
    client_of(asker).post(f"/members/{co_member.profile.handle}/introduce/", {"purpose": "Why."})
    mail = parses(newest(co_member.email))
    assert str(mail.message["Subject"]) == "A member asks to be introduced to you"
    assert name[:60] in " ".join(mail.text.split())


@pytest.mark.parametrize("text", STORED)
def test_topics_and_questions_of_hours_are_shown_as_text(text, member, co_member, client_of):
    response = client_of(member).post("/members/office-hours/offer/", _hours(topics=text[:180]))
    assert response.status_code == 302
    hours = OfficeHours.objects.get()
    day = next(iter(rules.days(hours.weekday, hours.clock, hours.tz, timezone.now())))[0]
    guest = client_of(co_member)
    assert guest.post(hours.get_absolute_url(), {"day": day.isoformat(), "question": text[:250]}).status_code == 302
    booking = Booking.objects.get()
    for page in ("/members/office-hours/", hours.get_absolute_url(), booking.get_absolute_url()):
        nothing_unescaped(guest.get(page).content.decode(), hours.topics)
    assert guest.get(f"/members/office-hours/bookings/{booking.pk}.ics").status_code == 200
    parses(newest(member.email))


@pytest.mark.parametrize("text", STORED)
def test_what_spokespeople_can_tell_is_shown_as_text(text, member, client_of):
    client = client_of(member)
    assert client.post("/members/me/spokesperson/", _consent(subject=text[:190])).status_code == 302
    row = Spokesperson.objects.get()
    nothing_unescaped(client.get("/members/spokespeople/").content.decode(), row.subject)


@pytest.mark.parametrize(
    "fields",
    [
        {"weekday": "7"},
        {"weekday": "-1"},
        {"weekday": "x"},
        {"clock": "25:00"},
        {"clock": ""},
        {"minutes": "31"},
        {"places": "0"},
        {"places": "21"},
        {"places": "9" * 40},
        {"link": "https://" + "a" * 400 + ".example"},
        {"topics": ""},
    ],
)
def test_numbers_out_of_range_are_refused(fields, member, client_of):
    assert client_of(member).post("/members/office-hours/offer/", _hours(**fields)).status_code == 422
    assert not OfficeHours.objects.exists()


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30", "1e9"])
def test_odd_days_are_refused(day, member, co_member, client_of):
    hours = offer(member)
    assert client_of(co_member).post(hours.get_absolute_url(), {"day": day}).status_code == 422
    response = client_of(member).post(f"/members/office-hours/{hours.pk}/day/", {"day": day, "off": "on"})
    assert response.status_code == 302
    assert OfficeHours.objects.get().days_off == []


def test_fields_that_no_form_has_change_nothing(member, co_member, client_of):
    sent = {
        "purpose": "Why.",
        "state": "accepted",
        "asker": co_member.pk,
        "person": member.pk,
        "asked_at": "2000-01-01",
    }
    client_of(member).post(f"/members/{co_member.profile.handle}/introduce/", sent)
    row = Introduction.objects.get()
    assert (row.state, row.asker, row.person) == ("open", member, co_member)
    client_of(member).post("/members/me/contact/", {"letters": "on", "person": co_member.pk, "id": 7})
    assert member.contact_choices.person == member


def _hours(**fields):
    usual = {"topics": "T", "weekday": "2", "clock": "15:00", "minutes": "30", "places": "1", "link": SECRET_LINK}
    return usual | fields


def _consent(**fields):
    return {
        "subject": "S",
        "service_lines": [str(ServiceLine.objects.get(slug="payroll").pk)],
        "languages": ["en"],
        "formats": ["panel"],
        "travel": "online",
        "notice_days": "14",
        "scope": "community",
        "agree": "on",
    } | fields
