"""One impatient writer, or many people at the same moment: one post each, numbers without gaps."""

from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from portal.discussions import operations
from portal.discussions.models import Mention, Post, PostVersion, Thread
from portal.outbox.models import Fact
from tests.factories.discussions import make_thread
from tests.factories.meetings import make_channel
from tests.factories.members import ProfileFactory
from tests.meetings.test_at_once import AT_ONCE, all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "b" * 32


def problems(done: list[object]) -> list[object]:
    return [each for each in done if isinstance(each, Exception)]


def test_many_clicks_on_post_are_one_post() -> None:
    person, named = ProfileFactory().user, ProfileFactory(handle="anna").user
    thread = make_thread(make_channel(readers=(named,)), by=person)
    send = partial(operations.reply, thread=thread, body="Once, @anna.", key=KEY, by=person, at=timezone.now())
    done = all_at_once([send] * AT_ONCE)
    assert problems(done) == []
    assert {each.post.pk for each in done} == {thread.posts.get(number=2).pk}
    thread.refresh_from_db()
    assert (Post.objects.count(), thread.last_number, thread.standing, Mention.objects.count()) == (2, 2, 2, 1)
    assert Fact.objects.filter(name="discussions.PostWritten").count() == 1


def test_many_clicks_on_open_are_one_thread() -> None:
    person, channel = ProfileFactory().user, make_channel()
    send = partial(operations.open_thread, channel=channel, title="T", body="B", key=KEY, by=person, at=timezone.now())
    done = all_at_once([send] * AT_ONCE)
    assert problems(done) == []
    assert {each.post.pk for each in done} == {Post.objects.get().pk}
    assert Thread.objects.count() == 1
    assert Fact.objects.count() == 1


def test_many_people_who_write_at_once_get_numbers_in_a_row() -> None:
    people = [ProfileFactory().user for _n in range(AT_ONCE)]
    thread = make_thread(make_channel(), by=people[0])

    def send(number: int) -> Callable[[], operations.Written]:
        person = people[number]
        return lambda: operations.reply(thread=thread, body=f"By {number}", by=person, at=timezone.now())

    done = all_at_once([send(number) for number in range(AT_ONCE)])
    assert problems(done) == []
    assert sorted(thread.posts.values_list("number", flat=True)) == list(range(1, AT_ONCE + 2))
    thread.refresh_from_db()
    assert (thread.last_number, thread.standing) == (AT_ONCE + 1, AT_ONCE + 1)


def test_many_who_withdraw_the_same_post_count_it_once() -> None:
    person = ProfileFactory().user
    thread = make_thread(make_channel(), by=person, posts=2)
    post = thread.posts.get(number=2)
    done = all_at_once([partial(operations.withdraw, post=post, by=person, at=timezone.now())] * AT_ONCE)
    assert problems(done) == []
    thread.refresh_from_db()
    assert (thread.last_number, thread.standing) == (2, 1)


def test_changes_at_once_lose_no_text() -> None:
    person = ProfileFactory().user
    thread = make_thread(make_channel(), by=person, body="0")
    post, now = thread.posts.get(), timezone.now()
    calls = [partial(operations.edit, post=post, body=str(n), by=person, at=now) for n in range(1, AT_ONCE + 1)]
    assert problems(all_at_once(calls)) == []
    texts = {*PostVersion.objects.values_list("body", flat=True), Post.objects.get().body}
    assert texts == {str(n) for n in range(AT_ONCE + 1)}
