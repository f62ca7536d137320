"""A mail about a discussion is answered by mail: the words become a post, under the rules of the page."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.discussions import operations
from portal.discussions.models import Post, Thread
from portal.follows.operations import unseat
from portal.incoming.receiving import Outcome, receive
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from tests.factories.discussions import make_reply, make_thread
from tests.factories.meetings import make_channel

Sent = Callable[[], list[EmailMultiAlternatives]]
AFTER = timedelta(minutes=6)


@pytest.fixture(autouse=True)
def _takes_replies(settings: Any) -> None:
    settings.REPLY_ADDRESS = "reply@portal.example"
    settings.EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"  # what is told the sender is queued


@pytest.fixture
def answer_to(thread: Thread, member: User, co_member: User, sent: Sent) -> str:
    """Where `member`, who opened the discussion, answers the mail about a reply to it."""
    make_reply(thread, by=co_member, body="Wages, I think.")
    drain()
    with time_machine.travel(timezone.now() + AFTER, tick=False):
        (mail,) = [mail for mail in sent() if mail.to == [member.email]]
    return parseaddr(mail.reply_to[0])[1]


def written(person: User, text: str, **headers: str) -> EmailMessage:
    message = EmailMessage()
    usual = {"From": person.email, "To": "reply@portal.example", "Subject": "Re: What counts as cost?"}
    for name, value in (usual | {"Message-ID": "<one@agency.example>"} | headers).items():
        message[name] = value
    message.set_content(text)
    return message


def arrives(message: EmailMessage, address: str) -> Outcome:
    return receive(message.as_bytes(), recipient=address, at=timezone.now())


def test_a_post_becomes_a_mail_and_its_answer_a_post(
    thread: Thread, member: User, co_member: User, answer_to: str, client_of: Callable[[Any], Client]
) -> None:
    text = "And **rent**.\n\nOn Mon, 4 May 2026 at 10:01, Community <reply@portal.example> wrote:\n> Wages, I think.\n"
    assert arrives(written(member, text), answer_to) is Outcome.POSTED
    post = thread.posts.get(number=3)
    assert (post.author, post.body, post.by_mail) == (member, "And **rent**.", True)
    page = client_of(co_member).get(thread.get_absolute_url()).content.decode()
    assert "And <strong>rent</strong>." in page
    assert "by mail" in page
    drain()
    assert list(co_member.notifications.values_list("kind", flat=True)) == ["discussions.post-written"]


def test_the_same_mail_five_times_is_one_post(thread: Thread, member: User, answer_to: str) -> None:
    message = written(member, "Once.")
    for _time in range(5):
        arrives(message, answer_to)
    assert thread.posts.filter(body="Once.").count() == 1


def refusals() -> str:
    """What was mailed to those whose answer was not posted."""
    return " ".join(mail.raw for mail in Mail.objects.exclude(raw=""))


def test_an_answer_to_a_closed_discussion_comes_back_with_its_words(
    thread: Thread, member: User, lead: User, answer_to: str
) -> None:
    operations.close(thread=thread, by=lead, at=timezone.now())
    arrives(written(member, "Too late."), answer_to)
    assert not Post.objects.filter(body="Too late.").exists()
    assert "This discussion was closed. It takes no more posts." in refusals()
    assert "Too late." in refusals()


def test_who_left_the_group_answers_no_more(thread: Thread, member: User, answer_to: str) -> None:
    unseat(channel=thread.channel, user=member)
    arrives(written(member, "Still here."), answer_to)
    assert not Post.objects.filter(body="Still here.").exists()
    assert "write here" in refusals()


def test_who_may_no_longer_see_it_is_told_nothing_of_it(member: User, lead: User, co_member: User, sent: Sent) -> None:
    channel = make_channel(audience="seated", hosts=(lead,), readers=(member, co_member))
    make_reply(make_thread(channel, by=member, title="Confidential", seated_only=True), by=co_member)
    drain()
    with time_machine.travel(timezone.now() + AFTER, tick=False):
        (mail,) = [mail for mail in sent() if mail.to == [member.email]]
    unseat(channel=channel, user=member)
    arrives(written(member, "Still here."), parseaddr(mail.reply_to[0])[1])
    assert Post.objects.count() == 2
    assert "You can no longer read this discussion." in refusals()
    assert "Confidential" not in refusals()


@pytest.mark.parametrize(
    ("text", "sentence"), [("x" * 10_001, "at most 10000"), ("\u200b\u200b", "Write something first.")]
)
def test_what_the_page_would_refuse_a_mail_does_not_post(
    text: str, sentence: str, thread: Thread, member: User, answer_to: str
) -> None:
    arrives(written(member, text), answer_to)
    assert thread.posts.count() == 2


def test_a_suspended_member_posts_nothing_by_mail(thread: Thread, member: User, answer_to: str) -> None:
    User.objects.filter(pk=member.pk).update(standing=User.Standing.SUSPENDED)
    arrives(written(member, "Let me in."), answer_to)
    assert thread.posts.count() == 2


def test_a_mail_about_what_one_may_not_answer_offers_no_answer(
    thread: Thread, member: User, outsider: User, co_member: User, sent: Sent
) -> None:
    from portal.follows.operations import follow
    from tests.factories.notifications import wants_mail

    follow(channel=thread.channel, by=outsider, at=timezone.now())
    wants_mail(outsider)
    make_reply(thread, by=co_member)
    drain()
    with time_machine.travel(timezone.now() + AFTER, tick=False):
        mails = {mail.to[0]: mail for mail in sent()}
    assert mails[outsider.email].reply_to == []
    assert mails[member.email].reply_to != []
