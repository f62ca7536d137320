"""The portal filled with its demonstration content: budgets of every page, and loading twice changes nothing."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from demo.accounts import ACCOUNTS
from members.models import User

pytestmark = pytest.mark.django_db
MEMBER_QUERIES, VISITOR_QUERIES, HTML_BYTES = 12, 8, 60_000
GROUP = "/groups/business-case-and-funding/"
EVERYONE = [
    "/",
    "/cases/",
    "/cases/?level=state&stage=run&q=payroll",
    "/cases/grants-gov/",
    "/cases/one-payroll-for-eleven-agencies/",
    "/members/",
    "/members/?kind=practitioner&q=payroll",
    "/groups/",
    GROUP,
    f"{GROUP}meetings/",
    f"{GROUP}discussion/",
    "/meetings/",
    "/kits/",
    "/kits/starter-kit/",
    "/glossary/",
    "/glossary/baseline/",
    "/plan/",
    "/about/",
    "/help/",
    "/challenges/",
    "/join/",
    "/accounts/login/",
    "/members/siobhan-tregarth/",
    "/members/spokespeople/",
    "/members/who-sees-what/",
]
# Whoever is signed in is sent away from these.
DOORS = {"/join/", "/accounts/login/"}
MEMBERS = [
    *(path for path in EVERYONE if path not in DOORS),
    "/members/me/",
    "/members/me/edit/",
    "/members/me/photo/",
    "/members/me/as/public/",
    "/members/me/as/member/",
    "/members/me/contact/",
    "/members/me/invitations/",
    "/members/me/spokesperson/",
    "/members/me/welcome/challenge/",
    "/members/me/welcome/offer/",
    "/members/me/welcome/peers/",
    "/members/me/welcome/notices/",
    "/members/peers/",
    "/members/introductions/",
    "/members/messages/",
    "/members/office-hours/",
    "/members/office-hours/offer/",
    "/members/listed/",
    "/members/organisations/wealdshire-county-council/",
    "/settings/data/",
    "/settings/display/",
    "/settings/sign-in/",
    "/accounts/email/",
    "/accounts/password/change/",
    f"{GROUP}members/",
    "/cases/charging-back-without-a-revolt/discussion/",
    "/cases/charging-back-without-a-revolt/discussion/new/",
    "/notifications/",
    "/settings/notifications/",
]
LEADS = [*MEMBERS, f"{GROUP}meetings/new/", f"{GROUP}discussion/new/", f"{GROUP}edit/"]
STAFF = [
    *LEADS,
    "/manage/",
    "/manage/join-requests/",
    "/manage/invitations/",
    "/manage/organisations/",
    "/manage/organisations/wealdshire-county-council/",
    "/manage/imports/",
    "/manage/claims/",
    "/manage/merge/",
    "/manage/reports/",
    "/manage/spokespeople/",
    "/manage/second-factor/",
    "/manage/suspended/",
    "/manage/announcements/",
    "/manage/announcements/new/",
    "/members/siobhan-tregarth/edit/",
]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Everything loaded once for this module, and taken back after it."""
    output = StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demo", stdout=output)
        yield output.getvalue()
        transaction.set_rollback(True)


def _client(address: str) -> Client:
    client = Client()
    if address:
        client.force_login(User.objects.get(email=address))
    return client


@pytest.mark.parametrize(
    ("address", "pages", "budget"),
    [
        ("", EVERYONE, VISITOR_QUERIES),
        ("practitioner@example.org", MEMBERS, MEMBER_QUERIES),
        ("provider@example.org", MEMBERS, MEMBER_QUERIES),
        ("lead@example.org", LEADS, MEMBER_QUERIES),
        ("staff@example.org", STAFF, MEMBER_QUERIES),
    ],
)
def test_every_page_keeps_its_budget(loaded: str, address: str, pages: list[str], budget: int) -> None:
    client, beyond = _client(address), []
    client.get("/healthz")  # the session's first request writes its row
    for path in pages:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        asked = [query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        if response.status_code != 200:
            beyond.append(f"{path}: {response.status_code}")
        if len(asked) > budget:
            beyond.append(f"{path}: {len(asked)} queries")
        if len(response.content) > HTML_BYTES:
            beyond.append(f"{path}: {len(response.content)} bytes")
    assert beyond == []


def _rows() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label not in {"sessions", "contenttypes", "admin"}
    }


def test_loading_twice_changes_nothing(loaded: str) -> None:
    before = _rows()
    call_command("load_demo", stdout=StringIO())
    assert _rows() == before


def test_loading_says_what_it_does(loaded: str) -> None:
    assert "1 kit with 19 components and 3 files" in loaded
    assert loaded.count(" s)") >= 5


def test_every_account_that_is_printed_can_sign_in(loaded: str, settings: Any) -> None:
    from demo.accounts import PASSWORD

    settings.REQUIRE_SECOND_FACTOR = False  # as `make run` starts the portal
    for account in ACCOUNTS:
        client = Client()
        response = client.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
        assert (response.status_code, response["Location"]) == (302, "/"), account.email


def test_the_community_is_the_one_described(loaded: str) -> None:
    from cases.models import Case
    from members.models import Profile

    assert Profile.objects.count() >= 80
    assert set(Profile.objects.values_list("kind", flat=True)) == {"practitioner", "researcher", "provider"}
    assert len(set(Profile.objects.values_list("organisation__country", flat=True)) - {None}) == 6
    assert Case.objects.filter(live=True).count() >= 14


def test_nobody_real_speaks_in_an_invented_voice(loaded: str) -> None:
    """Documented cases of real governments are credited to staff, never to an invented member."""
    from cases.models import Case

    for case in Case.objects.filter(live=True, illustrative=False):
        assert case.author_id is None, case.slug


def test_no_file_of_the_demonstration_lies_in_a_public_folder(loaded: str, settings: Any) -> None:
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.xlsx"))
