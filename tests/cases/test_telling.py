"""Before a case goes live: who will be told, and a way to tell nobody. On its page: how much one hears of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import operations, queries
from cases.alerts.operations import save_search
from cases.models import Case
from portal.follows import operations as follows
from portal.notifications import choosing
from portal.notifications.models import Notification
from portal.notifications.operations import set_level
from portal.notifications.queries import NOBODY, Told, unread_count
from portal.outbox.drain import run_errands
from portal.outbox.models import Fact
from portal.taxonomy.models import Challenge
from tests.factories.cases import draft, published
from tests.factories.members import UserFactory
from tests.factories.notifications import wants_mail

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


def changed(case: Case, by: Any) -> Case:
    """A later draft of a published case."""
    fresh = Case.objects.get(pk=case.pk).get_latest_revision_as_object()
    fresh.governance = "Somebody else decides now [audit-2020]."
    operations.save_draft(case=fresh, by=by, at=timezone.now())
    return Case.objects.get(pk=case.pk)


def review(case: Case) -> str:
    return reverse("cases:review", args=[case.slug])


@pytest.fixture
def followed(member: Any, co_member: Any, outsider: Any, lead: Any, staff: Any) -> Case:
    """A case with a draft that waits; four follow it, each in a way of their own."""
    case = published(author=None, by=staff)
    run_errands(100)
    for person in (member, co_member, outsider, lead):
        follows.follow(channel=case.channel, by=person, at=timezone.now())
    wants_mail(member)
    choosing.choose(kind="cases.published", way="list", by=outsider)
    set_level(channel=case.channel, level="muted", by=lead, at=timezone.now())
    return changed(case, UserFactory(is_staff=True))


def test_the_review_says_who_will_be_told_and_they_are(followed: Case, staff: Any, client_of: ClientOf) -> None:
    client = client_of(staff)
    html = client.get(review(followed)).content.decode()
    told = queries.told_of(followed, followed.get_latest_revision(), by=staff)
    assert told == Told(people=3, by_mail=1, in_digest=1, listed=1, muted=1)
    assert "3 people who follow it" in html
    assert "Have muted it and hear nothing" in html
    client.post(review(followed), {"verdict": "publish", "comment": ""})
    run_errands(100)
    ways = Notification.objects.filter(kind="cases.published", fact__payload__first=False)
    assert sorted(ways.values_list("way", flat=True)) == ["daily", "list", "mail"]


def test_published_quietly_it_is_live_and_nobody_is_told(followed: Case, staff: Any, client_of: ClientOf) -> None:
    client = client_of(staff)
    assert "Publish quietly" in client.get(review(followed)).content.decode()
    before = Notification.objects.count()
    response = client.post(review(followed), {"verdict": "quietly", "comment": ""}, follow=True)
    assert "The case is published; nobody was told." in response.content.decode()
    run_errands(100)
    assert Fact.objects.filter(name="cases.CasePublished").latest("pk").payload["quiet"] is True
    assert Notification.objects.count() == before
    assert "Somebody else decides now" in client.get(followed.get_absolute_url()).content.decode()


def test_a_case_that_was_handed_in_can_be_approved_quietly(
    followed: Case, staff: Any, second_staff: Any, client_of: ClientOf
) -> None:
    operations.submit_for_review(case=followed, by=second_staff, at=timezone.now())
    before = Notification.objects.count()
    client_of(staff).post(review(followed), {"verdict": "quietly", "comment": ""})
    run_errands(100)
    assert Notification.objects.count() == before
    operations.publish(case=changed_again(followed, second_staff), by=staff, at=timezone.now())
    run_errands(100)
    assert Notification.objects.count() == before + 3, "quiet is for that publication alone"


def changed_again(case: Case, by: Any) -> Case:
    fresh = Case.objects.get(pk=case.pk).get_latest_revision_as_object()
    fresh.governance = "And somebody else again [audit-2020]."
    operations.save_draft(case=fresh, by=by, at=timezone.now())
    return Case.objects.get(pk=case.pk)


def test_what_changes_nothing_is_told_to_nobody(staff: Any, second_staff: Any, member: Any) -> None:
    case = published(by=staff, author=None)
    follows.follow(channel=case.channel, by=member, at=timezone.now())
    fresh = Case.objects.get(pk=case.pk)
    assert queries.told_of(fresh, fresh.get_latest_revision(), by=second_staff) == NOBODY


def test_a_first_publication_is_told_to_whoever_wrote_it_at_once(
    member: Any, staff: Any, second_staff: Any, client_of: ClientOf
) -> None:
    case = draft(by=second_staff, author=member)
    html = client_of(staff).get(review(case)).content.decode()
    assert "2 people who wrote or edited it" in html
    told = queries.told_of(case, case.get_latest_revision(), by=staff)
    assert (told.people, told.by_mail) == (2, 2)


def test_who_asked_for_such_a_case_is_counted_once_and_then_told_once(
    member: Any, co_member: Any, outsider: Any, staff: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    for person, query in ((member, "q=wages&level=county"), (co_member, "level=city"), (outsider, "country=GB")):
        save_search(params=QueryDict(query), by=person, at=long_ago)
    follows.follow_challenges(challenges=[Challenge.objects.get(slug="finance-funding")], by=member, at=long_ago)
    case = draft(by=staff, context="What wages are [audit-2020].")
    told = queries.told_of(case, case.get_latest_revision(), by=UserFactory(is_staff=True))
    assert (told.people, told.by_mail, told.in_digest) == (3, 1, 2)
    operations.publish(case=case, by=UserFactory(is_staff=True), at=timezone.now())
    run_errands(100)
    people = Notification.objects.filter(channel=case.channel).values_list("person", flat=True)
    assert sorted(people) == sorted([staff.pk, member.pk, outsider.pk])


def test_the_editor_of_a_case_is_told_the_numbers_too(followed: Case, staff: Any, client_of: ClientOf) -> None:
    html = client_of(staff).get(reverse("wagtailsnippets_cases_case:edit", args=[followed.pk])).content.decode()
    assert "Publishing this tells 3 people:" in html
    assert "1 by mail at once, 1 in a summary, 1 in the portal only." in html
    assert review(followed) in html


def test_reading_a_case_reads_what_was_told_of_it(
    followed: Case, staff: Any, member: Any, co_member: Any, client_of: ClientOf
) -> None:
    operations.publish(case=followed, by=staff, at=timezone.now())
    run_errands(100)
    assert (unread_count(member), unread_count(co_member)) == (1, 1)
    client_of(member).get(followed.get_absolute_url())
    assert (unread_count(member), unread_count(co_member)) == (0, 1)


def test_on_its_page_one_follows_hears_everything_or_mutes(member: Any, visitor: Any, client_of: ClientOf) -> None:
    case = published()
    client, url = client_of(member), case.get_absolute_url()
    html = client.get(url).content.decode()
    assert f'action="/follow/{case.channel_id}/"' in html
    assert "change how much you hear" not in html
    client.post(f"/follow/{case.channel_id}/", {"want": "1"})
    html = client.get(url).content.decode()
    assert "Following" in html
    assert 'name="level" value="normal" aria-pressed="true"' in html
    assert "Stop following" in html
    response = client.post(f"/notifications/level/{case.channel_id}/", {"level": "muted", "next": url}, follow=True)
    html = response.content.decode()
    assert response.redirect_chain == [(url, 302)]
    assert "You hear nothing more of “" in html
    assert 'name="level" value="muted" aria-pressed="true"' in html
    assert "change how much you hear" not in client_of(visitor).get(url).content.decode()
