"""Who follows a challenge hears of each new case about it, once, and of nothing else."""

from typing import Any

import pytest
from django.utils import timezone

from portal.follows.operations import channel_of_challenge, follow, follow_challenges
from portal.notifications.models import Notification
from portal.outbox.drain import run_errands
from portal.taxonomy.models import Challenge
from tests.factories.cases import draft, editor, published, put

pytestmark = pytest.mark.django_db
KIND = "cases.on-a-challenge"


@pytest.fixture
def follower(member: Any) -> Any:
    follow_challenges(challenges=[Challenge.objects.get(slug="finance-funding")], by=member, at=timezone.now())
    return member


def told() -> list[Any]:
    while run_errands():
        pass
    return [notice.person for notice in Notification.objects.filter(kind=KIND)]


def test_a_new_case_about_the_challenge_is_told_to_who_follows_it(follower: Any, outsider: Any) -> None:
    published(challenges=["finance-funding"])
    assert told() == [follower]


def test_a_case_about_two_followed_challenges_is_told_once(follower: Any) -> None:
    follow_challenges(challenges=Challenge.objects.all(), by=follower, at=timezone.now())
    published(challenges=[row.slug for row in Challenge.objects.all()[:2]])
    assert told() == [follower]


def test_other_cases_drafts_and_cases_taken_back_are_not_told(follower: Any) -> None:
    published(challenges=[Challenge.objects.exclude(slug="finance-funding").first().slug])
    draft(challenges=["finance-funding"])
    put(published(challenges=["finance-funding"]), "hidden")
    assert told() == []


def test_who_stopped_following_hears_nothing(follower: Any) -> None:
    follow_challenges(challenges=[], by=follower, at=timezone.now())
    published(challenges=["finance-funding"])
    assert told() == []


def test_whoever_wrote_the_case_is_told_of_it_as_its_author(follower: Any) -> None:
    published(challenges=["finance-funding"], author=follower, by=editor())
    assert told() == []
    assert Notification.objects.filter(person=follower, kind="cases.published").count() == 1


def test_a_challenge_has_one_channel_that_leads_to_its_cases(member: Any) -> None:
    challenge = Challenge.objects.get(slug="finance-funding")
    channel = channel_of_challenge(challenge=challenge)
    assert channel_of_challenge(challenge=challenge) == channel
    assert (channel.kind, channel.url) == ("challenge", "/cases/?challenge=finance-funding")
    follow(channel=channel, by=member, at=timezone.now())
    assert member.follows.count() == 1
