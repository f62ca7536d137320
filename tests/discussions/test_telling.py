"""Who hears of a post, why, in which mail; and who does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.discussions import audiences, operations
from portal.discussions.models import Post, Thread, thread_key
from portal.follows.models import Channel
from portal.follows.operations import follow, seat, unseat
from portal.notifications.models import Level, Notification
from portal.notifications.operations import set_level
from portal.notifications.ways import Route, Way
from portal.outbox.drain import drain, run_errands
from tests.factories.discussions import make_reply, make_thread
from tests.factories.meetings import make_channel
from tests.factories.members import ProfileFactory
from tests.factories.notifications import wants_mail

Sent = Callable[[], list[EmailMultiAlternatives]]
AFTER = timedelta(minutes=6)


def told() -> dict[str, str]:
    """Who was told of the newest fact, by first name, and by which route."""
    while run_errands():
        pass
    newest = Notification.objects.order_by("-fact").values_list("fact", flat=True).first()
    rows = Notification.objects.filter(fact=newest).values_list("person__name", "route")
    return {name.split()[0]: route for name, route in rows}


def handle(person: User, name: str) -> User:
    person.profile.handle = name
    person.profile.save()
    return person


def test_a_new_discussion_is_told_to_those_who_belong_or_follow(
    channel: Channel, member: User, outsider: User, provider: User
) -> None:
    follow(channel=channel, by=outsider, at=timezone.now())
    make_thread(channel, by=member, quiet=False)
    assert told() == {"Lena": Route.SEATED, "Carlo": Route.SEATED, "Otto": Route.FOLLOWED}


def test_each_hears_of_a_post_once_by_the_strongest_reason(
    channel: Channel, member: User, co_member: User, lead: User, request: pytest.FixtureRequest
) -> None:
    outsider, provider, staff = (request.getfixturevalue(role) for role in ("outsider", "provider", "staff"))
    handle(lead, "lena")
    handle(outsider, "otto")
    thread = make_thread(channel, by=member)
    make_reply(thread, by=provider, quiet=True)
    answered = make_reply(thread, by=staff, quiet=True)
    follow(channel=channel, by=staff, at=timezone.now())
    make_reply(thread, by=co_member, body="@lena and @otto, see.", answers=answered.number)
    assert told() == {
        "Lena": Route.MENTIONED,
        "Otto": Route.MENTIONED,
        "Stella": Route.ROLE,
        "Olena": Route.SEATED,
        "Piet": Route.FOLLOWED,
    }
    assert Notification.objects.count() == 5


def test_a_reply_to_nobody_answers_who_asked(thread: Thread, member: User, co_member: User) -> None:
    make_reply(thread, by=co_member)
    assert told()["Olena"] == Route.ROLE


def test_the_number_before_posting_is_the_number_after(
    channel: Channel, member: User, co_member: User, lead: User, outsider: User
) -> None:
    handle(outsider, "otto")
    follow(channel=channel, by=ProfileFactory().user, at=timezone.now())
    before = audiences.of_thread(channel, by=member, named=(outsider.pk,))
    thread = make_thread(channel, by=member, body="@otto", quiet=False)
    assert before.people == len(told()) == 4
    before = audiences.of_reply(thread, by=co_member, named=(outsider.pk,))
    make_reply(thread, by=co_member, body="@otto")
    assert before.people == len(told()) == 4
    ways = list(Notification.objects.order_by("-fact").values_list("way", flat=True)[:4])
    assert before.by_mail == ways.count(Way.MAIL) == 2  # the one who is named, and the one who asked
    assert before.in_digest == ways.count(Way.DAILY) == 2


def test_a_quiet_post_is_told_to_nobody(thread: Thread, member: User, co_member: User, lead: User) -> None:
    handle(lead, "lena")
    make_reply(thread, by=co_member, body="@lena", quiet=True)
    assert told() == {}


def test_who_may_not_see_it_is_not_told_though_named(member: User, lead: User, outsider: User) -> None:
    handle(outsider, "otto")
    channel = make_channel(audience="seated", hosts=(lead,), readers=(member,))
    written = operations.open_thread(channel=channel, title="T", body="@otto", by=member, at=timezone.now())
    assert written.untold == ("Otto Outsider",)
    assert told() == {"Lena": Route.SEATED}


def test_one_s_own_handle_is_no_news(thread: Thread, co_member: User) -> None:
    handle(co_member, "carlo")
    make_reply(thread, by=co_member, body="@carlo is me")
    assert "Carlo" not in told()


def test_who_muted_the_discussion_or_the_group_hears_nothing(
    thread: Thread, member: User, co_member: User, lead: User
) -> None:
    handle(lead, "lena")
    now = timezone.now()
    set_level(channel=thread.channel, thread=thread.notices_key, level="muted", by=lead, at=now)
    set_level(channel=thread.channel, level="muted", by=member, at=now)
    make_reply(thread, by=co_member, body="@lena")
    assert told() == {}
    set_level(channel=thread.channel, thread=thread.notices_key, level="everything", by=member, at=now)
    make_reply(thread, by=co_member)
    assert told() == {"Olena": Route.ROLE}


def test_who_asks_to_hear_of_one_discussion_hears_of_that_one(
    channel: Channel, thread: Thread, member: User, outsider: User
) -> None:
    set_level(channel=channel, thread=thread.notices_key, level="everything", by=outsider, at=timezone.now())
    make_reply(thread, by=member)
    assert told()["Otto"] == Route.FOLLOWED
    make_reply(make_thread(channel, by=member), by=member)
    assert "Otto" not in told()


@pytest.mark.parametrize("role", ["pending", "suspended"])
def test_who_is_no_member_is_not_told(
    role: str, channel: Channel, member: User, request: pytest.FixtureRequest
) -> None:
    somebody = request.getfixturevalue(role)
    seat(channel=channel, user=somebody)
    follow(channel=channel, by=somebody, at=timezone.now())
    make_thread(channel, by=member, quiet=False)
    assert somebody.name.split()[0] not in told()


# --- mail -------------------------------------------------------------------------------------------------------


def after_talk(sent: Sent) -> list[EmailMultiAlternatives]:
    """The mails that go out once the talk has rested."""
    drain()
    with time_machine.travel(timezone.now() + AFTER, tick=False):
        return sent()


def test_the_one_who_asked_gets_the_answer_by_mail_after_five_minutes(
    thread: Thread, member: User, co_member: User, sent: Sent
) -> None:
    make_reply(thread, by=co_member, body="Count **wages**, as [here](/cases/) and @nobody say.")
    assert sent() == []
    (mail,) = [mail for mail in after_talk(sent) if mail.to == [member.email]]
    assert mail.subject == f"Re: What counts as cost? ({thread.channel.title})"
    assert "Carlo Comember" in mail.body
    assert "Count **wages**" in mail.body
    assert "It answers you." in mail.body
    html = mail.alternatives[0][0]
    assert "<strong>wages</strong>" in html
    assert f'href="http://testserver{thread.url_of(2)}"' in html or thread.url_of(2) in html
    assert 'href="/' not in html


def test_three_posts_meanwhile_are_one_mail(
    thread: Thread, member: User, co_member: User, lead: User, sent: Sent
) -> None:
    wants_mail(member)
    for number, person in enumerate((co_member, lead, co_member), 1):
        make_reply(thread, by=person, body=f"Thought number {number}")
    mails = [mail for mail in after_talk(sent) if mail.to == [member.email]]
    assert len(mails) == 1
    for number in (1, 2, 3):
        assert f"Thought number {number}" in mails[0].body
        assert f"Thought number {number}" in mails[0].alternatives[0][0]
    assert mails[0].body.index("number 1") < mails[0].body.index("number 3")


def test_who_read_it_on_the_page_gets_no_mail(
    thread: Thread, member: User, co_member: User, sent: Sent, client_of: Callable[[Any], Client]
) -> None:
    make_reply(thread, by=co_member)
    drain()
    assert Notification.objects.filter(person=member).unread().count() == 1
    client_of(member).get(thread.get_absolute_url())
    assert Notification.objects.filter(person=member).unread().count() == 0
    assert [mail.to for mail in after_talk(sent) if mail.to == [member.email]] == []


def test_a_post_that_was_withdrawn_meanwhile_is_not_mailed(
    thread: Thread, member: User, co_member: User, sent: Sent
) -> None:
    post = make_reply(thread, by=co_member, body="Said too much")
    drain()
    operations.withdraw(post=post, by=co_member, at=timezone.now())
    assert after_talk(sent) == []


def test_a_mail_shows_the_text_as_it_is_when_it_goes_out(
    thread: Thread, member: User, co_member: User, sent: Sent
) -> None:
    post = make_reply(thread, by=co_member, body="Ninteen")
    drain()
    operations.edit(post=post, body="Nineteen", by=co_member, at=timezone.now())
    (mail,) = after_talk(sent)
    assert "Nineteen" in mail.body
    assert "Ninteen" not in mail.body


def test_who_lost_the_group_meanwhile_gets_no_mail(member: User, lead: User, co_member: User, sent: Sent) -> None:
    channel = make_channel(audience="seated", hosts=(lead,), readers=(member, co_member))
    thread = make_thread(channel, by=member)
    make_reply(thread, by=co_member, body="Confidential")
    drain()
    unseat(channel=channel, user=member)
    assert after_talk(sent) == []
    assert thread_key(thread.pk) == thread.notices_key


def test_whom_a_reader_may_not_see_stays_unnamed_in_the_mail(
    thread: Thread, member: User, co_member: User, outsider: User, sent: Sent
) -> None:
    handle(outsider, "otto-outsider")
    make_reply(thread, by=co_member, body="Ask @otto-outsider.")
    drain()
    User.objects.filter(pk=outsider.pk).update(standing=User.Standing.SUSPENDED)
    mails = {mail.to[0]: mail for mail in after_talk(sent)}
    assert "@<bdi>Former member</bdi>" in mails[member.email].alternatives[0][0]
    assert outsider.email not in mails


# --- the page ---------------------------------------------------------------------------------------------------


def test_a_reader_mutes_and_follows_a_discussion_from_its_page(
    thread: Thread, member: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    client, url = client_of(member), f"/notifications/level/{thread.channel_id}/"
    page = client.get(thread.get_absolute_url()).content.decode()
    assert url in page
    assert f'name="thread" value="{thread.notices_key}"' in page
    back = client.post(
        url, {"thread": thread.notices_key, "level": "muted", "next": thread.get_absolute_url()}, follow=True
    )
    assert back.redirect_chain[-1][0] == thread.get_absolute_url()
    assert "Muted" in back.content.decode()
    other = client_of(outsider)
    assert "Follow this discussion" in other.get(thread.get_absolute_url()).content.decode()
    other.post(url, {"thread": thread.notices_key, "level": "everything", "next": "/"})
    assert "Follow this discussion" not in other.get(thread.get_absolute_url()).content.decode()
    assert {(level.person, level.level) for level in Level.objects.all()} == {
        (member, "muted"),
        (outsider, "everything"),
    }


def test_a_visitor_is_offered_no_level(thread: Thread, client: Client) -> None:
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "What you hear of it" not in page
    assert Post.objects.count() == 1
