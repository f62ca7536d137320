"""The demonstration's people: made once, found at once, four of them able to sign in."""

import io

import pytest
from django.test import Client
from django.utils import timezone

from demo import people
from demo.accounts import ACCOUNTS, PASSWORD
from demo.progress import Progress
from members.models import Contribution, Organisation, Profile, Subject, User

pytestmark = pytest.mark.django_db


def load():
    people.load(Progress(io.StringIO()), timezone.now())


def count():
    return [model.objects.count() for model in (Organisation, User, Profile, Subject, Contribution)]


def test_loading_twice_makes_everything_once():
    load()
    first = count()
    load()
    assert count() == first
    assert Profile.objects.listed().count() == 80


def test_what_a_member_changed_stays(member):
    load()
    profile = Profile.objects.get(user__email="practitioner@example.org")
    Profile.objects.filter(pk=profile.pk).update(role="Something else")
    load()
    profile.refresh_from_db()
    assert profile.role == "Something else"


def test_the_four_accounts_sign_in_without_further_questions_and_nobody_else_can(settings):
    settings.REQUIRE_SECOND_FACTOR = False  # as `make run` starts the portal
    load()
    for account in ACCOUNTS:
        response = Client().post("/accounts/login/", {"login": account.email, "password": PASSWORD})
        assert (response.status_code, response["Location"]) == (302, "/"), account.email
    others = User.objects.exclude(email__in=[account.email for account in ACCOUNTS])
    assert not any(user.has_usable_password() for user in others)
    staff = User.objects.get(email="staff@example.org")
    assert staff.is_programme_staff
    assert staff.has_perm("wagtailadmin.access_admin")


def test_the_community_spans_six_countries_and_every_kind():
    load()
    listed = Profile.objects.listed()
    assert set(listed.values_list("organisation__country", flat=True)) == {"US", "CA", "GB", "AU", "PE", "RO"}
    assert set(listed.values_list("kind", flat=True)) == {"practitioner", "researcher", "provider"}
    assert not listed.filter(entry=None).exists()
    assert not listed.filter(sort_name="").exists()
