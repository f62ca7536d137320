"""What is written, and what a thread keeps of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from members.models import User
from portal.core.personal import all_extracts, all_holdings, forget
from portal.discussions import operations, rules
from portal.discussions.models import Mention, Post, PostVersion, Thread
from portal.discussions.operations import NotPossible
from portal.follows.models import Channel
from portal.outbox.models import Fact
from tests.factories.discussions import make_reply, make_thread
from tests.factories.meetings import make_channel
from tests.factories.members import ProfileFactory

KEY = "a" * 32


def test_a_thread_begins_with_its_first_post(channel: Channel, member: User) -> None:
    at = timezone.now()
    written = operations.open_thread(channel=channel, title="What is a cost?", body="I ask.", by=member, at=at)
    thread = Thread.objects.get()
    assert (thread.title, thread.slug, thread.opened_by, thread.opened_at) == (
        "What is a cost?",
        "what-is-a-cost",
        member,
        at,
    )
    assert (thread.last_number, thread.standing, thread.last_post_at) == (1, 1, at)
    assert written.post == Post.objects.get()
    assert (written.post.number, written.post.author, written.post.body) == (1, member, "I ask.")
    assert [fact.name for fact in Fact.objects.all()] == ["discussions.ThreadOpened"]


def test_a_title_without_latin_letters_still_has_an_address(channel: Channel, member: User) -> None:
    assert make_thread(channel, by=member, title="什么是成本？").slug == "discussion"


def test_replies_are_numbered_and_counted(thread: Thread, member: User, co_member: User) -> None:
    later = timezone.now() + timedelta(hours=1)
    first = make_reply(thread, by=co_member, at=later)
    second = make_reply(thread, by=member, answers=first.number, at=later)
    thread.refresh_from_db()
    assert [first.number, second.number] == [2, 3]
    assert second.answers == first
    assert (thread.last_number, thread.standing, thread.last_post_at) == (3, 3, later)


def test_a_reply_by_an_old_mail_does_not_turn_the_clock_back(thread: Thread, member: User) -> None:
    before = thread.last_post_at
    make_reply(thread, by=member, at=before - timedelta(days=1), by_mail=True)
    thread.refresh_from_db()
    assert thread.last_post_at == before


def test_the_same_form_twice_is_one_post_and_one_fact(thread: Thread, member: User, co_member: User) -> None:
    one = make_reply(thread, by=member, key=KEY)
    again = make_reply(thread, by=member, key=KEY, body="Something else")
    assert one == again
    assert make_reply(thread, by=co_member, key=KEY) != one, "a key is one author's own"
    assert Post.objects.count() == 3
    assert Fact.objects.filter(name="discussions.PostWritten").count() == 2


def test_the_same_form_twice_is_one_thread(channel: Channel, member: User, co_member: User) -> None:
    one, again = (make_thread(channel, by=member, key=KEY) for _n in range(2))
    assert one == again
    assert make_thread(channel, by=co_member, key=KEY) != one
    assert make_thread(make_channel(), by=member, key=KEY) != one
    assert Post.objects.count() == 3


def test_a_withdrawn_post_leaves_its_number(thread: Thread, member: User, co_member: User) -> None:
    post = make_reply(thread, by=co_member)
    operations.withdraw(post=post, by=co_member, at=timezone.now())
    operations.withdraw(post=post, by=co_member, at=timezone.now())
    thread.refresh_from_db()
    assert (thread.last_number, thread.standing) == (2, 1)
    assert make_reply(thread, by=member).number == 3


def test_only_the_author_withdraws_and_changes(thread: Thread, member: User, lead: User, staff: User) -> None:
    post = thread.posts.get()
    for other in (lead, staff):
        with pytest.raises(NotPossible):
            operations.withdraw(post=post, by=other, at=timezone.now())
        with pytest.raises(NotPossible):
            operations.edit(post=post, body="Taken over", by=other, at=timezone.now())
    assert Post.objects.get().body == "What do you think?"


def test_what_a_post_said_before_is_kept(thread: Thread, member: User) -> None:
    post = thread.posts.get()
    first, second = post.at + timedelta(minutes=1), post.at + timedelta(minutes=2)
    operations.edit(post=post, body="Second", by=member, at=first)
    operations.edit(post=post, body="Third", by=member, at=second)
    operations.edit(post=post, body="Third", by=member, at=second + timedelta(hours=1))
    post.refresh_from_db()
    assert (post.body, post.edited_at) == ("Third", second)
    kept = PostVersion.objects.order_by("until").values_list("body", "since", "until")
    assert list(kept) == [("What do you think?", post.at, first), ("Second", first, second)]


@pytest.mark.parametrize(("minutes", "shows"), [(29, False), (30, False), (31, True), (60 * 24 * 30, True)])
def test_a_change_within_thirty_minutes_leaves_no_mark(minutes: int, shows: bool, thread: Thread, member: User) -> None:
    post = thread.posts.get()
    operations.edit(post=post, body="Mended", by=member, at=post.at + timedelta(minutes=minutes))
    assert rules.shows_as_edited(Post.objects.get()) is shows


def test_a_closed_discussion_takes_no_posts_and_no_changes(thread: Thread, member: User, lead: User) -> None:
    now = timezone.now()
    operations.close(thread=thread, by=lead, at=now)
    with pytest.raises(NotPossible, match="closed"):
        make_reply(thread, by=member)
    with pytest.raises(NotPossible):
        operations.edit(post=thread.posts.get(), body="New", by=member, at=now)
    operations.withdraw(post=thread.posts.get(), by=member, at=now)
    operations.reopen(thread=thread, by=lead, at=now)
    assert make_reply(thread, by=member).number == 2


def test_the_first_to_close_stays_named(thread: Thread, lead: User, staff: User) -> None:
    now = timezone.now()
    operations.close(thread=thread, by=lead, at=now)
    operations.close(thread=thread, by=staff, at=now + timedelta(days=1))
    closed = Thread.objects.get()
    assert (closed.closed_by, closed.closed_at) == (lead, now)


def test_hosts_and_staff_close_and_nobody_else(
    thread: Thread, member: User, outsider: User, lead: User, staff: User
) -> None:
    for other in (member, outsider):
        with pytest.raises(NotPossible):
            operations.close(thread=thread, by=other, at=timezone.now())
    for one in (lead, staff):
        assert operations.close(thread=thread, by=one, at=timezone.now()).closed_at
        operations.reopen(thread=thread, by=one, at=timezone.now())


def test_who_does_not_belong_writes_where_all_members_may(channel: Channel, member: User, outsider: User) -> None:
    theirs = make_thread(channel, by=member, seated_only=True)
    everybodys = make_thread(channel, by=member, seated_only=False)
    with pytest.raises(NotPossible):
        make_reply(theirs, by=outsider)
    assert make_reply(everybodys, by=outsider).number == 2
    with pytest.raises(NotPossible):
        make_thread(channel, by=outsider, seated_only=True)


def test_people_are_named_once_and_with_the_text(thread: Thread, member: User) -> None:
    anna, otto = (ProfileFactory(handle=handle).user for handle in ("anna", "otto"))
    post = make_reply(thread, by=member, body="@anna, @ANNA and @nobody")
    assert list(Mention.objects.values_list("handle", "person_id")) == [("anna", anna.pk)]
    operations.edit(post=post, body="@otto", by=member, at=timezone.now())
    assert list(Mention.objects.values_list("handle", "person_id")) == [("otto", otto.pk)]


def test_who_is_erased_leaves_what_others_answered_and_no_name(thread: Thread, member: User, co_member: User) -> None:
    co_member.profile.handle = "carlo-comember"
    co_member.profile.save()
    now = timezone.now()
    make_reply(thread, by=member, body="@Carlo-Comember knows, @carlo-comember-2 does not.")
    stands = make_reply(thread, by=co_member, answers=2, body="I do.")
    operations.edit(post=stands, body="I do know.", by=co_member, at=now)
    gone = make_reply(thread, by=co_member, body="My secret.")
    operations.withdraw(post=gone, by=co_member, at=now)
    forget(co_member, "Former member")
    co_member.delete()
    posts = {post.number: post for post in thread.posts.all()}
    assert [posts[number].author for number in (3, 4)] == [None, None]
    assert posts[2].body == "@former-member knows, @carlo-comember-2 does not."
    assert (posts[3].body, posts[3].answers) == ("I do know.", posts[2])
    assert posts[4].body == ""
    assert not PostVersion.objects.exists()
    assert not Mention.objects.exists()
    assert "Carlo" not in str([fact.payload for fact in Fact.objects.all()])


def test_a_person_takes_along_what_they_wrote(thread: Thread, member: User) -> None:
    post = thread.posts.get()
    operations.edit(post=post, body="Second", by=member, at=timezone.now())
    held = {holding.key: list(holding.rows_of(member)) for holding in all_holdings() if "discussions." in holding.key}
    assert [row["title"] for row in held["discussions.Thread.opened_by"]] == ["What counts as cost?"]
    assert [row["text"] for row in held["discussions.Post.author"]] == ["Second"]
    (extract,) = [each for each in all_extracts() if each.name == "discussions-earlier-texts"]
    assert [row["text"] for row in extract.rows_of(member)] == ["What do you think?"]


def test_the_database_refuses_what_the_operations_never_write(thread: Thread, member: User) -> None:
    from django.db import transaction

    wrong: list[dict[str, Any]] = [
        {"number": 1, "at": timezone.now()},
        {"number": 0, "at": timezone.now()},
        {"number": 5, "at": timezone.now(), "edited_at": timezone.now() - timedelta(days=1)},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(thread=thread, author=member, body="x", **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(standing=99)
