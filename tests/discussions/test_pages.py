"""The pages of discussions: what they hold, what they cost, and that no text is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.core.kept import KEPT_SECONDS, SESSION_KEY
from portal.discussions import operations
from portal.discussions.models import PAGE, Post, PostVersion, Thread
from portal.follows.models import Channel
from portal.follows.operations import follow
from portal.outbox.models import Fact
from tests.factories import cases as case_factory
from tests.factories.discussions import make_reply, make_thread
from tests.factories.meetings import make_channel
from tests.factories.members import PASSWORD, ProfileFactory
from tests.factories.workinggroups import make_group
from tests.meetings.test_lists import price
from workinggroups.models import WorkingGroup


def text_of(response: Any) -> str:
    """The words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def fields_of(response: Any) -> dict[str, str]:
    """The fields of the page's form as a browser would send them."""
    return {name: response.context["form"][name].value() or "" for name in response.context["form"].fields}


# --- what they cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["visitor", "outsider", "co_member", "lead", "staff"])
def test_a_list_costs_the_same_with_1_3_and_30_discussions(
    who: str, lead: User, co_member: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client, costs, made = client_of(request.getfixturevalue(who)), set(), 0
    group = make_group(lead=lead, members=(co_member,))
    for rows in (1, 3, 30):
        while made < rows:
            made += 1
            author = ProfileFactory(visibility="public").user
            make_thread(group.channel, by=author, posts=2)
        queries, size = price(client, f"{group.get_absolute_url()}discussion/")
        costs.add(queries)
        assert queries <= (8 if who == "visitor" else 12)
        assert size < 60_000
    assert len(costs) == 1, costs


@pytest.mark.parametrize("who", ["visitor", "outsider", "co_member", "lead", "staff"])
def test_a_thread_costs_the_same_with_1_3_and_30_posts(
    who: str, lead: User, co_member: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client, costs = client_of(request.getfixturevalue(who)), {}
    for rows in (1, 3, 30):
        group = make_group(lead=lead, members=(co_member,))
        thread = make_thread(group.channel, by=lead, body="Ask @person-0.", seated_only=True)
        for number in range(1, rows):
            author = ProfileFactory(visibility="public").user
            operations_by = {"thread": thread, "by": author, "answers": number}
            Thread.objects.filter(pk=thread.pk).update(seated_only=False)
            make_reply(body=f"As @{author.profile.handle} and @{lead.profile.handle} say.", **operations_by)
        Thread.objects.filter(pk=thread.pk).update(seated_only=True)
        for path in ("", "reply/", "reply/?to=1", "1/edit/", "1/versions/", "1/withdraw/"):
            url = thread.get_absolute_url() + path
            if client.get(url).status_code == 200:
                queries, size = price(client, url)
                costs.setdefault(path, {})[rows] = queries
                assert queries <= (8 if who == "visitor" else 12), path
                assert size < 60_000, path
    # The page that ends the thread also says who will be told.
    assert all(len({cost[1], cost[3]}) == 1 and cost[30] <= cost[3] for cost in costs.values()), costs


# --- lists ------------------------------------------------------------------------------------------------------


def test_a_group_lists_its_discussions_the_last_written_in_first(
    lead: User, co_member: User, client_of: Callable[[Any], Client]
) -> None:
    group, now = make_group(lead=lead, members=(co_member,)), timezone.now()
    for days, title in ((3, "Old"), (2, "Middle"), (1, "New")):
        make_thread(group.channel, by=lead, title=title, at=now - timedelta(days=days))
    make_reply(Thread.objects.get(title="Old"), by=co_member)
    make_thread(make_group().channel, by=lead, title="Elsewhere")
    client = client_of(co_member)
    page = client.get(f"{group.get_absolute_url()}discussion/")
    assert [row.title for row in page.context["page"].rows] == ["Old", "New", "Middle"]
    assert "Elsewhere" not in text_of(page)
    assert "2 posts" in text_of(page)
    assert "1 post " in text_of(page)
    assert 'href="' + Thread.objects.get(title="Old").url_of(2) in page.content.decode()


def test_the_group_s_pages_lead_to_its_discussions(lead: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead)
    client, root = client_of(lead), group.get_absolute_url()
    for path in ("", "meetings/", "members/", "discussion/"):
        assert f'href="{root}discussion/"' in client.get(root + path).content.decode()
    empty = client.get(f"{root}discussion/")
    assert "Nobody has opened a discussion yet" in text_of(empty)
    assert f'href="{root}discussion/new/"' in empty.content.decode()


def test_a_visitor_of_a_public_group_is_told_who_writes(lead: User, client: Client) -> None:
    group = make_group(lead=lead)
    page = client.get(f"{group.get_absolute_url()}discussion/")
    assert "Those who belong to the group write here." in text_of(page)
    assert "discussion/new/" not in page.content.decode()


def test_a_closed_group_takes_no_new_discussion(lead: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead)
    WorkingGroup.objects.update(state="closed")
    client, root = client_of(lead), group.get_absolute_url()
    assert client.get(f"{root}discussion/new/").status_code == 404
    assert "discussion/new/" not in client.get(f"{root}discussion/").content.decode()


def test_a_long_list_is_walked_to_its_end(lead: User, client: Client) -> None:
    group, now = make_group(lead=lead), timezone.now()
    for number in range(45):
        make_thread(group.channel, by=lead, title=f"T{number:02}", at=now - timedelta(minutes=number // 3))
    url, seen = "?", []
    while url:
        page = client.get(f"{group.get_absolute_url()}discussion/{url}").context["page"]
        seen += [row.title for row in page.rows]
        url = page.next_url
    assert sorted(seen) == [f"T{number:02}" for number in range(45)]


# --- a thread ---------------------------------------------------------------------------------------------------


def test_every_post_of_a_long_thread_is_where_its_address_says(channel: Channel, member: User, client: Client) -> None:
    thread = make_thread(channel, by=member, posts=2 * PAGE + 3)
    url, seen = thread.get_absolute_url(), []
    while url:
        page = client.get(url)
        numbers = [post.number for post in page.context["seen"].posts]
        seen += numbers
        further = page.context["seen"].page.next_url
        url = f"{thread.get_absolute_url()}{further}" if further else ""
    assert seen == list(range(1, 2 * PAGE + 4))
    for number in (1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 3):
        address, place = thread.url_of(number).split("#")
        assert f'id="{place}"' in client.get(address).content.decode(), number


def test_the_box_to_reply_stands_at_the_end(channel: Channel, co_member: User, client_of: Any) -> None:
    thread, client = make_thread(channel, by=co_member, posts=PAGE + 1), client_of(co_member)
    first, last = client.get(thread.get_absolute_url()), client.get(thread.url_of(PAGE + 1).split("#")[0])
    assert "<textarea" not in first.content.decode()
    assert thread.url_of(PAGE + 1) in first.content.decode()
    assert "<textarea" in last.content.decode()


def test_a_reply_is_posted_and_shown(thread: Thread, co_member: User, client_of: Callable[[Any], Client]) -> None:
    client = client_of(co_member)
    form = fields_of(client.get(thread.get_absolute_url()))
    response = client.post(f"{thread.get_absolute_url()}reply/", form | {"body": "Count **wages** too."})
    assert (response.status_code, response["Location"]) == (302, thread.url_of(2))
    page = client.get(thread.get_absolute_url())
    assert "Your reply is posted. 2 people will hear of it." in text_of(page)
    assert "Count <strong>wages</strong> too." in page.content.decode()
    assert "Carlo Comember" in text_of(page)
    client.post(f"{thread.get_absolute_url()}reply/", form | {"body": "Count **wages** too."})
    assert thread.posts.count() == 2, "the same form sent twice is one post"


def test_a_reply_to_a_post_names_it(thread: Thread, co_member: User, client_of: Callable[[Any], Client]) -> None:
    client = client_of(co_member)
    page = client.get(f"{thread.get_absolute_url()}reply/?to=1")
    assert "You answer post 1 by Olena Owner" in text_of(page)
    client.post(f"{thread.get_absolute_url()}reply/", fields_of(page) | {"body": "Yes."})
    assert Post.objects.get(number=2).answers.number == 1
    assert "In reply to post 1 by Olena Owner" in text_of(client.get(thread.get_absolute_url()))


def test_a_discussion_is_opened(lead: User, co_member: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead, members=(co_member,))
    client, url = client_of(co_member), f"{group.get_absolute_url()}discussion/new/"
    page = client.get(url)
    assert "Anybody can read this, also without an account. 1 person will be told" in text_of(page)
    response = client.post(url, fields_of(page) | {"title": "  What is\ta cost? ", "body": "I ask."})
    thread = Thread.objects.get()
    assert response["Location"] == f"{thread.get_absolute_url()}#post-1"
    assert (thread.title, thread.seated_only, thread.members_only, thread.channel) == (
        "What is a cost?",
        True,
        False,
        group.channel,
    )
    assert "Your discussion is open. 1 person will hear of it." in text_of(client.get(thread.get_absolute_url()))


@pytest.mark.parametrize(
    ("audience", "sentence"),
    [
        ("public", "Anybody can read this, also without an account."),
        ("members", "Every member of the community reads this."),
        ("private", "read this, and programme staff."),
    ],
)
def test_who_reads_it_is_said_before_posting(
    audience: str, sentence: str, lead: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead, audience=audience)
    thread, client = make_thread(group.channel, by=lead), client_of(lead)
    for url in (thread.get_absolute_url(), f"{thread.get_absolute_url()}reply/", f"{thread.list_url}new/"):
        assert sentence in text_of(client.get(url)), url


def test_a_preview_posts_nothing_and_says_who_will_hear(
    lead: User, co_member: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead, members=(co_member,), audience="private")
    outsider.profile.handle = "otto"
    outsider.profile.save()
    thread, client = make_thread(group.channel, by=lead), client_of(co_member)
    page = client.post(f"{thread.get_absolute_url()}reply/", {"body": "*Ask* @otto.", "look": "1"})
    assert page.status_code == 200
    assert "<em>Ask</em>" in page.content.decode()
    assert "Otto Outsider cannot see this discussion and will not be told." in text_of(page)
    assert "1 person will be told, 1 by mail." in text_of(page)
    assert fields_of(page)["body"] == "*Ask* @otto."
    assert Post.objects.count() == 1


def test_after_posting_the_author_is_told_who_was_named_in_vain(
    lead: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead, audience="private")
    outsider.profile.handle = "otto"
    outsider.profile.save()
    thread, client = make_thread(group.channel, by=lead), client_of(lead)
    response = client.post(f"{thread.get_absolute_url()}reply/", {"body": "@otto"}, follow=True)
    assert "Your reply is posted. Nobody is told." in text_of(response)
    assert "Otto Outsider cannot see this discussion and will not be told." in text_of(response)


def test_a_quiet_post_tells_nobody(thread: Thread, member: User, client_of: Callable[[Any], Client]) -> None:
    client, url = client_of(member), f"{thread.get_absolute_url()}reply/"
    quiet = client.post(url, {"body": "A detail.", "quiet": "1"}, follow=True)
    assert "Your reply is posted. Nobody is told." in text_of(quiet)
    assert Fact.objects.get(name="discussions.PostWritten").payload["quiet"] is True


def test_the_author_changes_a_post_and_reads_what_it_said(
    thread: Thread, member: User, co_member: User, client_of: Callable[[Any], Client]
) -> None:
    Post.objects.update(at=timezone.now() - timedelta(hours=2))
    Thread.objects.update(opened_at=timezone.now() - timedelta(hours=2))
    client, url = client_of(member), f"{thread.get_absolute_url()}1/edit/"
    page = client.get(url)
    assert "It will be marked as edited." in text_of(page)
    assert "A change tells nobody." in text_of(page)
    assert fields_of(page) == {"body": "What do you think?"}
    assert client.post(url, {"body": "What do you all think?"})["Location"] == thread.url_of(1)
    shown = client.get(thread.get_absolute_url())
    assert "edited" in text_of(shown)
    assert "What it said before" in text_of(shown)
    assert "What it said before" not in text_of(client_of(co_member).get(thread.get_absolute_url()))
    before = text_of(client.get(f"{thread.get_absolute_url()}1/versions/"))
    assert "What do you think?" in before
    assert "What do you all think?" in before


def test_a_withdrawn_post_leaves_a_tombstone(thread: Thread, member: User, client_of: Callable[[Any], Client]) -> None:
    make_reply(thread, by=member, body="Gone soon", answers=1)
    client, url = client_of(member), f"{thread.get_absolute_url()}2/withdraw/"
    assert "Withdraw this post?" in text_of(client.get(url))
    for _twice in range(2):
        assert client.post(url)["Location"] == thread.url_of(2)
    page = client.get(thread.get_absolute_url())
    assert "Withdrawn by who wrote it." in text_of(page)
    assert "Gone soon" not in text_of(page)
    assert 'id="post-2"' in page.content.decode()
    assert "1 post " in text_of(page)


def test_a_lead_closes_and_opens_again(
    thread: Thread, lead: User, member: User, client_of: Callable[[Any], Client]
) -> None:
    client, url = client_of(lead), f"{thread.get_absolute_url()}close/"
    closed = client.post(url, {"want": "1"}, follow=True)
    assert "Lena Lead closed this discussion on" in text_of(closed)
    assert "<textarea" not in closed.content.decode()
    theirs = client_of(member)
    assert theirs.get(f"{thread.get_absolute_url()}reply/")["Location"] == thread.get_absolute_url()
    assert "<textarea" in client.post(url, {"want": "0"}, follow=True).content.decode()


def test_who_is_gone_is_a_former_member(
    thread: Thread, co_member: User, member: User, client_of: Callable[[Any], Client]
) -> None:
    make_reply(thread, by=co_member, answers=1)
    User.objects.filter(pk=co_member.pk).update(standing=User.Standing.SUSPENDED)
    assert "Former member" in text_of(client_of(member).get(thread.get_absolute_url()))
    co_member.delete()
    page = text_of(client_of(member).get(thread.get_absolute_url()))
    assert "Former member" in page
    assert "Carlo" not in page


# --- nothing that was typed is lost -------------------------------------------------------------------------------

TOO_MANY = " ".join(f"@person{number}" for number in range(21))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Write something first."),
        ("  \n ", "Write something first."),
        ("\u200b\u2060\ufeff", "Write something first."),
        ("\u3164", "Write something first."),
        ("x" * 10_001, "at most 10000"),
        ("a\x00b", "cannot be stored"),
        ("\u202egnorw", "cannot be stored"),
        (TOO_MANY, "Name at most 20 people in one post; this names 21."),
    ],
)
def test_what_cannot_be_posted_stays_in_the_field_with_a_sentence(
    body: str, sentence: str, thread: Thread, co_member: User, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(co_member)
    for url, more in (
        (f"{thread.get_absolute_url()}reply/", {"to": "1"}),
        (f"{thread.get_absolute_url()}reply/", {"look": "1"}),
    ):
        response = client.post(url, {"body": body, **more})
        assert response.status_code == 422
        assert sentence in text_of(response)
        assert fields_of(response)["body"] == body
    assert Post.objects.count() == 1


def test_a_title_is_checked_beside_its_field(lead: User, client_of: Callable[[Any], Client]) -> None:
    client, url = client_of(lead), f"{make_group(lead=lead).get_absolute_url()}discussion/new/"
    for title in ("", "\u200b", "x" * 161):
        response = client.post(url, {"title": title, "body": "Kept words"})
        assert response.status_code == 422
        assert fields_of(response)["body"] == "Kept words"
        assert response.context["form"].errors.keys() == {"title"}
    assert Thread.objects.count() == 0


def test_a_discussion_that_was_closed_meanwhile_gives_the_text_back(
    thread: Thread, member: User, lead: User, client_of: Callable[[Any], Client]
) -> None:
    operations.close(thread=thread, by=lead, at=timezone.now())
    client = client_of(member)
    for path in ("reply/", "1/edit/"):
        response = client.post(thread.get_absolute_url() + path, {"body": "Kept words"})
        assert response.status_code == 422
        assert fields_of(response)["body"] == "Kept words"
    assert "closed" in text_of(client.post(f"{thread.get_absolute_url()}reply/", {"body": "Kept words"}))


def sign_in(client: Client, person: User, where: str) -> Any:
    return client.post(f"/accounts/login/?next={where}", {"login": person.email, "password": PASSWORD, "next": where})


@pytest.mark.parametrize("ended", ["expired", "signed out", "password changed elsewhere"])
def test_a_text_outlasts_the_session_it_was_typed_in(ended: str, thread: Thread, co_member: User) -> None:
    client = Client()
    client.force_login(co_member, second_factor=False)  # signs in again through the page, with a password alone
    url = f"{thread.get_absolute_url()}reply/"
    form = fields_of(client.get(f"{url}?to=1"))
    if ended == "expired":
        Session.objects.all().delete()
    elif ended == "signed out":
        client.logout()
    else:
        User.objects.filter(pk=co_member.pk).update(session_epoch=7)
    response = client.post(url, form | {"body": "An hour of *typing*."})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")
    assert Post.objects.count() == 1
    assert sign_in(client, co_member, url)["Location"] == url
    page = client.get(url)
    assert fields_of(page)["body"] == "An hour of *typing*."
    assert "You answer post 1" in text_of(page)
    client.post(url, fields_of(page))
    assert Post.objects.get(number=2).body == "An hour of *typing*."
    assert fields_of(client.get(url))["body"] == "", "it is given back once"


@pytest.mark.parametrize("path", ["groups", "cases", "edit"])
def test_every_page_on_which_one_writes_keeps_the_text(path: str, member: User, lead: User) -> None:
    case = case_factory.published(slug="kept-case", audience="public")
    group = make_group(lead=lead, members=(member,))
    thread = make_thread(group.channel, by=member)
    url = {
        "groups": f"{group.get_absolute_url()}discussion/new/",
        "cases": f"{case.get_absolute_url()}discussion/new/",
        "edit": f"{thread.get_absolute_url()}1/edit/",
    }[path]
    client = Client()
    client.post(url, {"title": "Kept title", "body": "Kept words", "csrfmiddlewaretoken": "x"})
    sign_in(client, member, url)
    fields = fields_of(client.get(url))
    assert fields["body"] == "Kept words"
    assert fields.get("title", "Kept title") == "Kept title"


def test_a_kept_text_is_for_its_own_page_and_not_for_ever(thread: Thread, co_member: User) -> None:
    client, url = Client(), f"{thread.get_absolute_url()}reply/"
    client.post(url, {"body": "Kept words"})
    sign_in(client, co_member, url)
    other = make_thread(thread.channel, by=co_member)
    assert fields_of(client.get(f"{other.get_absolute_url()}reply/"))["body"] == ""
    session = client.session
    session[SESSION_KEY] = session[SESSION_KEY] | {"at": timezone.now().timestamp() - KEPT_SECONDS - 1}
    session.save()
    assert fields_of(client.get(url))["body"] == ""


def test_what_nobody_typed_is_not_kept(thread: Thread, client: Client) -> None:
    client.post(f"{thread.get_absolute_url()}reply/", {"body": "x" * 50_000})
    client.post(f"{thread.get_absolute_url()}close/", {"body": "x"})
    assert SESSION_KEY not in client.session


# --- cases ------------------------------------------------------------------------------------------------------


def test_members_ask_about_a_case_and_its_author_may_close(
    member: User, outsider: User, client_of: Callable[[Any], Client], client: Client
) -> None:
    case = case_factory.published(slug="asked", audience="public", author=member)
    url = f"{case.get_absolute_url()}discussion/"
    asking = client_of(outsider)
    assert f'href="{url}new/"' in asking.get(case.get_absolute_url()).content.decode()
    page = asking.get(f"{url}new/")
    assert "Every member of the community reads this. 1 person will be told" in text_of(page)
    asking.post(f"{url}new/", fields_of(page) | {"title": "What did it cost?", "body": "I ask."})
    thread = Thread.objects.get()
    assert (thread.members_only, thread.seated_only) == (True, False)
    assert "What did it cost?" in text_of(asking.get(url))
    assert "Read 1 discussion" in text_of(asking.get(case.get_absolute_url()))
    assert "Close the discussion" in text_of(client_of(member).get(thread.get_absolute_url()))
    assert not User.objects.get(pk=member.pk).is_lead, "an author leads nobody and needs no second factor"
    assert "Close the discussion" not in text_of(asking.get(thread.get_absolute_url()))
    visitor = client.get(case.get_absolute_url())
    assert "Members hold 1 discussion about this case." in text_of(visitor)
    assert "What did it cost?" not in text_of(visitor)
    assert client.get(thread.get_absolute_url()).status_code == 404


def test_a_case_that_is_taken_off_the_site_takes_its_discussions_with_it(
    member: User, outsider: User, staff: User, client_of: Callable[[Any], Client]
) -> None:
    from cases.operations import decide

    case = case_factory.published(slug="taken-off", audience="public", author=member)
    thread = make_thread(case.channel, by=outsider, members_only=True)
    decide(case=case, state="hidden", reason="A complaint.", by=staff, at=timezone.now())
    for person in (member, outsider):
        client = client_of(person)
        assert client.get(thread.get_absolute_url()).status_code == 404
        assert client.get(f"{case.get_absolute_url()}discussion/").status_code == 404
        assert client.get(f"{case.get_absolute_url()}discussion/new/").status_code == 404
    assert client_of(staff).get(thread.get_absolute_url()).status_code == 200


def test_a_follower_and_a_channel_of_nobody_have_their_place(
    outsider: User, client_of: Callable[[Any], Client]
) -> None:
    channel = make_channel()
    follow(channel=channel, by=outsider, at=timezone.now())
    thread = make_thread(channel, by=ProfileFactory().user)
    page = client_of(outsider).get(f"{thread.get_absolute_url()}reply/")
    assert "1 person will be told" in text_of(page)
    assert PostVersion.objects.count() == 0
