"""Staff tell a circle of members something: counted before, followed while it goes out, stopped in the middle."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.follows.models import Seat
from portal.follows.operations import open_channel
from portal.notifications.announcing import circles, operations, queries
from portal.notifications.announcing.models import Announcement
from portal.notifications.models import Notification, Preference
from portal.notifications.operations import mark_read
from portal.outbox.drain import drain, run_errands
from portal.outbox.models import Fact, Mail
from tests.factories.members import ProfileFactory, UserFactory
from tests.harness.smtp_sink import Answer, SmtpSink
from tests.notifications.conftest import readers

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
PAGE = "/manage/announcements/"
WORDS = {"title": "The survey closes on Friday", "text": "Please answer **twelve** questions.", "circle": "everybody"}


@pytest.fixture
def announcement(staff: Any) -> Announcement:
    return operations.draft(**WORDS, by=staff, at=timezone.now())


def send(announcement: Announcement, by: Any) -> None:
    operations.send(announcement=announcement, by=by, at=timezone.now())
    announcement.refresh_from_db()


def test_staff_write_count_and_send(  # noqa: PLR0917
    staff: Any, member: Any, co_member: Any, pending: Any, suspended: Any, client_of: ClientOf, sink: SmtpSink
) -> None:
    Preference.objects.create(person=co_member, kind=queries.SLUG, way="daily")
    client = client_of(staff)
    counted = client.post(f"{PAGE}new/", WORDS, follow=True).content.decode()
    assert "Tell 2 people" in counted
    assert "All members" in counted
    assert not Notification.objects.exists()
    (row,) = Announcement.objects.all()
    client.post(f"{PAGE}{row.pk}/send/")
    client.post(f"{PAGE}{row.pk}/send/")  # a second click
    drain()
    assert readers(sink) == [member.email]
    assert dict(Notification.objects.values_list("person", "way")) == {member.pk: "mail", co_member.pk: "daily"}
    (delivery,) = sink.deliveries
    assert delivery.message["Subject"] == WORDS["title"]
    assert "twelve</strong>" in delivery.message.get_body(("html",)).get_content()
    assert "announced this to all members" in delivery.message.get_body(("plain",)).get_content()
    page = client.get(f"{PAGE}{row.pk}/").content.decode()
    assert "1 of 1 mails have gone out." in page
    assert "That is all of them." in page


def test_what_was_typed_stays_when_something_is_missing(staff: Any, client_of: ClientOf) -> None:
    response = client_of(staff).post(f"{PAGE}new/", {**WORDS, "title": "", "circle": "kind:nobody"})
    assert response.status_code == 422
    assert "twelve" in response.content.decode()
    assert not Announcement.objects.exists()


def test_a_draft_can_change_and_what_was_sent_cannot(
    staff: Any, member: Any, client_of: ClientOf, announcement: Announcement
) -> None:
    client = client_of(staff)
    client.post(f"{PAGE}{announcement.pk}/edit/", {**WORDS, "title": "It closes on Monday"})
    announcement.refresh_from_db()
    assert announcement.title == "It closes on Monday"
    send(announcement, staff)
    assert client.get(f"{PAGE}{announcement.pk}/edit/").status_code == 404
    with pytest.raises(operations.NotAllowed):
        operations.redraft(announcement=announcement, **WORDS, by=staff, at=timezone.now())


def test_stopped_in_the_middle_the_rest_get_nothing(
    staff: Any, announcement: Announcement, sink: SmtpSink, client_of: ClientOf
) -> None:
    people = [UserFactory() for _ in range(6)]
    send(announcement, staff)
    run_errands()
    drain(enough=lambda: len(sink.deliveries) >= 2)
    reached = set(readers(sink))
    opened = Notification.objects.filter(person=next(each for each in people if each.email not in reached)).get()
    mark_read(notices=[opened], at=timezone.now())
    page = client_of(staff).post(f"{PAGE}{announcement.pk}/stop/", follow=True).content.decode()
    assert "It is stopped." in page
    drain()
    assert set(readers(sink)) == reached
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent", "suppressed"}
    assert Notification.objects.filter(fact=announcement.fact).count() == len(reached) + 1
    assert client_of(people[0]).get(f"/announcements/{announcement.pk}/").status_code == 404
    with pytest.raises(operations.NotAllowed):
        send(announcement, staff)


def test_a_mail_that_is_being_sent_when_it_is_stopped_goes_to_nobody_else(
    staff: Any, member: Any, co_member: Any, announcement: Announcement, sink: SmtpSink
) -> None:
    """Before the errand of the stop has run."""
    send(announcement, staff)
    run_errands()
    operations.stop(announcement=announcement, by=staff, at=timezone.now())
    Fact.objects.get(name="notifications.AnnouncementStopped").errands.all().delete()
    drain()
    assert readers(sink) == []


def test_a_draft_cannot_be_stopped(staff: Any, announcement: Announcement, client_of: ClientOf) -> None:
    page = client_of(staff).post(f"{PAGE}{announcement.pk}/stop/", follow=True).content.decode()
    assert "It was not sent yet." in page


def test_circles_are_who_they_say(staff: Any) -> None:
    practitioner = ProfileFactory(kind="practitioner", organisation__level_slug="county", organisation__country="GB")
    provider = ProfileFactory(kind="provider", organisation__level_slug="state", organisation__country="CA")
    group = open_channel(kind="group", title="A group", url="/", audience="seated")
    Seat.objects.create(channel=group, user=provider.user)

    def told(circle: str) -> set[int]:
        made = operations.draft(title="T", text="T", circle=circle, by=staff, at=timezone.now())
        send(made, staff)
        run_errands()
        return set(Notification.objects.filter(fact=made.fact).values_list("person", flat=True))

    assert told("kind:provider") == {provider.user.pk}
    assert told("level:county") == {practitioner.user.pk}
    assert told("country:CA") == {provider.user.pk}
    assert told(f"group:{group.pk}") == {provider.user.pk}
    assert told("everybody") == {practitioner.user.pk, provider.user.pk}
    for unknown in ("kind:nobody", "group:x", "country:ZZ", "gone:1", "gone", ""):
        assert told(unknown) == set()


def test_every_circle_that_is_offered_has_words(staff: Any) -> None:
    ProfileFactory(organisation__country="RO")
    names = [name for option in circles.options() for name in ([option[0]] if isinstance(option[1], str) else [])]
    grouped = [value for _label, values in circles.options()[1:] for value, _words in values]
    assert names == ["everybody"]
    assert {"kind:provider", "level:county", "country:RO"} <= set(grouped)
    assert circles.label_of("country:RO") == "Members from one country: Romania"
    assert circles.label_of("gone:1") == "gone:1"


def test_half_a_sort_of_circles_is_refused() -> None:
    with pytest.raises(TypeError, match="half"):

        @circles.offers("half", label="Half")
        class Half(circles.Circles):
            def choices(self) -> list[tuple[str, Any]]:
                return []


def test_members_read_what_they_were_told_of_and_nothing_else(
    staff: Any, member: Any, client_of: ClientOf, announcement: Announcement
) -> None:
    address = f"/announcements/{announcement.pk}/"
    assert client_of(member).get(address).status_code == 404  # a draft
    send(announcement, staff)
    run_errands()
    page = client_of(member).get(address).content.decode()
    assert "<strong>twelve</strong>" in page
    late = UserFactory()
    assert client_of(late).get(address).status_code == 404


@pytest.mark.parametrize("who", ["visitor", "pending", "suspended", "member", "provider", "lead"])
def test_nobody_but_staff_sees_or_does_anything_on_the_desk(
    who: str, request: pytest.FixtureRequest, client_of: ClientOf, announcement: Announcement
) -> None:
    person = request.getfixturevalue(who)
    client, own = client_of(person), f"{PAGE}{announcement.pk}/"
    responses = [client.get(page) for page in (PAGE, f"{PAGE}new/", own, f"{own}edit/")]
    responses += [client.post(page, WORDS) for page in (f"{PAGE}new/", f"{own}edit/", f"{own}send/", f"{own}stop/")]
    assert {response.status_code for response in responses} <= {302, 404}
    assert not any("survey" in response.content.decode() for response in responses)
    announcement.refresh_from_db()
    assert (announcement.state, Announcement.objects.count()) == ("draft", 1)
    assert not Announcement.objects.visible_to(person).exists()


def test_the_pages_cost_the_same_for_1_3_and_30(staff: Any, client_of: ClientOf) -> None:
    client, made, costs = client_of(staff), 0, []
    ProfileFactory()
    for wanted in (1, 3, 30):
        for number in range(made, wanted):
            UserFactory()
            row = operations.draft(**{**WORDS, "title": f"News {number}"}, by=staff, at=timezone.now())
            if number % 2:
                send(row, staff)
        made = wanted
        run_errands()
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(PAGE).content) <= 60_000
        first = Announcement.objects.order_by("pk").first()
        with CaptureQueriesContext(connection) as of_one:
            client.get(f"{PAGE}{first.pk}/")
        costs.append((len(captured), len(of_one)))
    assert len(set(costs)) == 1
    assert max(costs[0]) <= 12


def test_mails_that_were_refused_are_counted(staff: Any, announcement: Announcement, sink: SmtpSink) -> None:
    for _ in range(3):
        UserFactory()
    sink.answer_next(Answer.REFUSE, Answer.TRY_LATER)
    send(announcement, staff)
    drain()
    found = queries.progress(announcement)
    assert (found.mails_sent, found.mails_waiting, found.mails_not_sent) == (1, 1, 1)
    assert (found.percent, found.done, found.people) == (66, False, 3)
