"""Sessions: made anew at sign-in, listed and ended by their owner, and over when idle, old, or no longer deserved."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from members import operations
from members.accounts import sessions
from members.accounts.devices import in_words
from tests.factories.members import PASSWORD
from tests.members.post import link_for
from tests.second_factor import code_now, give_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SETTINGS = "/settings/sign-in/"
NEW = "three wombats in a purple canoe"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def signed_in(person: Any, agent: str = FIREFOX, *, remember: bool = True) -> Client:
    """Through the page, and the second step where there is one."""
    client = Client(headers={"user-agent": agent})
    data = {"login": person.email, "password": PASSWORD} | ({"remember": "on"} if remember else {})
    response = client.post(LOGIN, data)
    if response["Location"] == "/accounts/second-factor/":
        client.post("/accounts/second-factor/", {"code": code_now()})
    return client


def is_in(client: Client) -> bool:
    return client.get("/members/me/").status_code == 200


# --- the twelve cases of A7 ---------------------------------------------------------------------------------------


def test_1_the_key_of_a_session_changes_at_sign_in(client, member):
    client.get("/accounts/passkey/", headers={"accept": "application/json"})
    before = client.session.session_key
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert before
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_2_the_key_changes_again_after_the_second_factor(client, member):
    give_app(member)
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    before = client.session.session_key
    client.post("/accounts/second-factor/", {"code": code_now()})
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sessionid"] = before
    assert not is_in(planted)


def test_3_a_key_that_somebody_planted_is_not_taken(client, member):
    client.cookies["sessionid"] = "planted" * 4
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert client.session.session_key != "planted" * 4


def test_4_signing_out_ends_the_session_and_what_is_known_of_it(member):
    client = signed_in(member)
    key = client.session.session_key
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=key).exists()
    late = Client()
    late.cookies["sessionid"] = key
    assert not is_in(late)


def test_5_a_new_password_ends_every_other_session(member):
    here, there = signed_in(member), signed_in(member, PHONE)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(here)
    assert not is_in(there)
    member.refresh_from_db()
    assert [each.session_key for each in sessions.open_sessions(member)] == [here.session.session_key]


def test_6_a_new_password_by_mail_ends_every_session(member):
    there = signed_in(member)
    client = Client()
    client.post("/accounts/password/reset/", {"email": member.email})
    form = client.get(link_for(member.email), follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert not is_in(there)
    assert not UserSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_7_a_second_factor_that_is_added_or_removed_ends_every_other_session(member):
    here, there = signed_in(member), signed_in(member, PHONE)
    key = here.get("/accounts/app/add/").context["form"].secret
    assert here.post("/accounts/app/add/", {"code": code_now(key)}).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)

    there = Client()
    there.post(LOGIN, {"login": member.email, "password": PASSWORD})
    there.post("/accounts/second-factor/", {"code": code_now(key, steps=1)})
    assert is_in(there)
    assert here.post("/accounts/app/remove/").status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)


def test_8_a_suspension_ends_every_session_at_once(member, staff):
    client = signed_in(member)
    operations.suspend(person=member, reason="Why.", by=staff, at=timezone.now())
    assert not is_in(client)


def test_8b_sessions_that_a_suspension_has_ended_are_listed_no_more(member, staff):
    signed_in(member)
    operations.suspend(person=member, reason="Why.", by=staff, at=timezone.now())
    operations.reinstate(person=member, by=staff, at=timezone.now())
    assert sessions.open_sessions(member) == []


@pytest.mark.parametrize(("days", "still"), [(13, True), (15, False)])
def test_9_an_idle_session_of_a_member_is_over_after_two_weeks(days, still, member):
    client = signed_in(member)
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        assert is_in(client) is still


@pytest.mark.parametrize(("minutes", "still"), [(115, True), (125, False)])
def test_10_an_idle_session_of_staff_is_over_after_two_hours(minutes, still, staff, client_of):
    client = client_of(staff)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        response = client.get("/manage/")
        assert (response.status_code == 200) is still
        if not still:
            assert response["Location"].startswith(LOGIN)
            assert "You were signed out" in client.get(LOGIN).content.decode()


def test_11_no_session_of_a_member_lasts_beyond_thirty_days_however_often_it_is_used(member):
    client = signed_in(member)
    began = timezone.now()
    for day in range(3, 30, 3):
        with time_machine.travel(began + timedelta(days=day)):
            assert is_in(client), day
    with time_machine.travel(began + timedelta(days=30, minutes=1)):
        assert not is_in(client)


def test_12_no_session_of_staff_lasts_beyond_twelve_hours_however_often_it_is_used(staff, client_of):
    client = client_of(staff)
    began = timezone.now()
    for hour in range(1, 12):
        with time_machine.travel(began + timedelta(hours=hour)):
            assert client.get("/manage/").status_code == 200, hour
    with time_machine.travel(began + timedelta(hours=12, minutes=1)):
        assert client.get("/manage/")["Location"].startswith(LOGIN)


# --- how long, by the environment ---------------------------------------------------------------------------------


def test_the_limits_are_settings(member, staff, settings):
    settings.SESSION_IDLE_HOURS, settings.SESSION_LONGEST_HOURS = 1, 2
    settings.STAFF_SESSION_IDLE_HOURS, settings.STAFF_SESSION_LONGEST_HOURS = 3, 4
    assert sessions.limits_of(member) == (timedelta(hours=1), timedelta(hours=2))
    assert sessions.limits_of(staff) == (timedelta(hours=3), timedelta(hours=4))


def test_a_session_from_before_this_was_counted_is_counted_from_now(member):
    client = signed_in(member)
    session = client.session
    del session[sessions.BEGAN], session[sessions.SEEN]
    session.save()
    assert is_in(client)
    assert client.session[sessions.BEGAN] == pytest.approx(timezone.now().timestamp(), abs=5)


def test_a_page_view_writes_nothing_until_five_minutes_have_passed(member, django_assert_num_queries):
    client = signed_in(member)
    with django_assert_num_queries(2):  # the session, the person
        client.get(LOGIN)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        client.get(LOGIN)
        seen = UserSession.objects.get().last_seen_at
        assert seen == pytest.approx(timezone.now(), abs=timedelta(seconds=5))


# --- the list -----------------------------------------------------------------------------------------------------


def test_everybody_sees_where_they_are_signed_in_and_which_is_this(member, outsider):
    signed_in(outsider)
    here, _phone = signed_in(member), signed_in(member, PHONE)
    page = here.get(SETTINGS).content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("This browser</span>") == 1
    assert page.count("Network address 127.0.0.1") == 2
    assert page.count("Sign out<span") == 1


def test_nobody_sees_the_sessions_of_others(member, outsider, staff, client_of):
    signed_in(member)
    for person in (outsider, staff):
        page = client_of(person).get(SETTINGS).content.decode()
        assert "Firefox on Windows" not in page
        assert "Network address" not in page


def test_one_session_can_be_ended(member):
    here, phone = signed_in(member), signed_in(member, PHONE)
    row = UserSession.objects.get(session_key=phone.session.session_key)
    assert here.post(f"{SETTINGS}sessions/{row.pk}/end/")["Location"] == SETTINGS
    assert "That browser is signed out." in here.get(SETTINGS).content.decode()
    assert (is_in(here), is_in(phone)) == (True, False)
    assert here.post(f"{SETTINGS}sessions/{row.pk}/end/").status_code == 404


def test_all_others_can_be_ended_at_once(member):
    here, *others = (signed_in(member), signed_in(member, PHONE), signed_in(member, "curl/8"))
    assert here.post(f"{SETTINGS}sessions/end/")["Location"] == SETTINGS
    assert is_in(here)
    assert not any(is_in(other) for other in others)
    assert UserSession.objects.count() == 1


def test_a_session_that_was_stolen_before_it_was_listed_is_ended_as_well(member, client_of):
    """Of a session that began without the sign-in page, no browser was written down; ending all ends it too."""
    here, unlisted = signed_in(member), client_of(member)
    here.post(f"{SETTINGS}sessions/end/")
    assert not is_in(unlisted)


def test_nobody_ends_the_session_of_another(member, outsider, client_of):
    theirs = signed_in(member)
    row = UserSession.objects.get()
    assert client_of(outsider).post(f"{SETTINGS}sessions/{row.pk}/end/").status_code == 404
    assert Client().post(f"{SETTINGS}sessions/{row.pk}/end/").status_code == 302
    assert is_in(theirs)


def test_the_page_costs_as_many_queries_with_thirty_sessions_as_with_one(member, django_assert_max_num_queries):
    here = signed_in(member)
    counts = []
    for number in (0, 2, 29):
        for _ in range(number):
            store = SessionStore()
            store.update({"_auth_user_hash": member.get_session_auth_hash()})
            store.create()
            UserSession.objects.create(user=member, session_key=store.session_key, ip="192.0.2.1", user_agent=PHONE)
        with django_assert_max_num_queries(12) as asked:
            page = here.get(SETTINGS)
        counts.append(len(asked))
        assert len(page.content) < 60_000
    assert len(set(counts)) == 1


def test_what_is_known_of_ended_sessions_is_forgotten(member):
    signed_in(member)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert sessions.forget_ended() == 1
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()


def test_sessions_in_use_are_not_forgotten(member):
    client = signed_in(member)
    assert sessions.forget_ended() == 0
    assert is_in(client)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Mac"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) FxiOS/142.0 Mobile Safari/605", "Firefox on iPad"),
        ("curl/8.0", "An unknown browser"),
        ("", "An unknown browser"),
        ("<script>alert(1)</script>", "An unknown browser"),
    ],
)
def test_browsers_are_named_in_words(agent, words):
    assert in_words(agent) == words
