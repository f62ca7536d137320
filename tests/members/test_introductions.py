"""Introductions: a quiet no looks like silence, addresses are shown only after a yes, and limits hold."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import operations as people
from members.introductions import operations, queries, rules
from members.introductions.rules import Obstacle, Shown
from members.models import Introduction, Profile, User
from members.reach import operations as reach
from members.tasks import look_back_and_ahead
from portal.outbox.models import Fact
from tests.factories.members import ProfileFactory
from tests.factories.reach import allow, ask, introduced
from tests.members.post import delivered, newest

WHY = "We move payroll next spring and would like to hear how you priced it."


def request(asker, person, at=None):
    return operations.ask(person=person, purpose=WHY, by=asker, at=at or timezone.now())


def obstacle(person, by, at=None):
    return queries.obstacle(person=person, by=by, at=at or timezone.now())


def shown(row, user, at=None):
    row.refresh_from_db()
    return rules.shown_to(row, user, at or timezone.now())


# --- asking -----------------------------------------------------------------------------------------------------


def test_who_is_asked_is_told_by_mail_with_the_purpose_and_without_an_address(member, co_member):
    request(member, co_member)
    mail = newest(co_member.email)
    assert mail.message["Subject"] == "A member asks to be introduced to you"
    assert WHY in mail.text
    assert "/members/introductions/" in mail.text
    assert member.email not in mail.text + mail.html


def test_three_at_a_time(member):
    for number in range(3):
        request(member, ProfileFactory(user__name=f"Asked {number}").user)
    fourth = ProfileFactory().user
    with pytest.raises(operations.NotPossible) as refused:
        request(member, fourth)
    assert refused.value.obstacle is Obstacle.FULL
    operations.withdraw(introduction=Introduction.objects.first(), by=member, at=timezone.now())
    request(member, fourth)


def test_a_quiet_no_frees_no_place_before_the_three_weeks_are_over(member):
    now = timezone.now()
    rows = [request(member, ProfileFactory().user, now) for _number in range(3)]
    for row in rows:
        operations.decline(introduction=row, by=row.person, at=now)
    assert obstacle(ProfileFactory().user, member) is Obstacle.FULL
    assert obstacle(ProfileFactory().user, member, now + rules.ANSWER_WITHIN) is None


def test_the_same_person_again_only_after_six_months_however_it_ended(member, co_member):
    now = timezone.now()
    row = request(member, co_member, now)
    assert obstacle(co_member, member) is Obstacle.WAITING
    operations.withdraw(introduction=row, by=member, at=now)
    assert obstacle(co_member, member) is Obstacle.AGAIN
    assert obstacle(co_member, member, now + rules.AGAIN_AFTER - timedelta(minutes=1)) is Obstacle.AGAIN
    assert obstacle(co_member, member, now + rules.AGAIN_AFTER) is None


def test_the_other_may_ask_although_they_were_asked_before(member, co_member):
    ask(member, co_member, days_ago=30)
    assert obstacle(member, co_member) is None
    assert obstacle(co_member, member) is Obstacle.AGAIN


def test_whoever_is_asked_meanwhile_answers_instead_of_asking(member, co_member):
    ask(member, co_member)
    assert obstacle(member, co_member) is Obstacle.WAITING


def test_who_was_introduced_need_not_ask(member, co_member):
    introduced(member, co_member, days_ago=400)
    assert obstacle(co_member, member) is Obstacle.KNOWN
    assert obstacle(member, co_member) is Obstacle.KNOWN


def test_nobody_asks_themselves(member):
    assert obstacle(member, member) is Obstacle.SELF


def test_closed_doors_all_look_the_same(member, provider):
    closed = allow(ProfileFactory().user, introductions=False)
    blocking = ProfileFactory().user
    reach.block(other=member, by=blocking, at=timezone.now())
    assert obstacle(closed, member) is obstacle(blocking, member) is Obstacle.NOT_OPEN
    assert obstacle(ProfileFactory().user, provider) is Obstacle.NOT_OPEN
    assert obstacle(allow(ProfileFactory().user, providers=True), provider) is None


@pytest.mark.parametrize("role", ["pending", "suspended"])
def test_only_members_can_be_asked(member, request, role):
    assert obstacle(request.getfixturevalue(role), member) is Obstacle.NOT_OPEN


# --- answering --------------------------------------------------------------------------------------------------


def test_a_yes_shows_both_addresses_and_tells_who_asked(member, co_member):
    row = request(member, co_member)
    operations.accept(introduction=row, by=co_member, at=timezone.now())
    mail = newest(member.email)
    assert mail.message["Subject"] == "Your request for an introduction is accepted"
    assert co_member.email in mail.text
    for viewer, other in ((member, co_member), (co_member, member)):
        seen = queries.see([row], viewer, timezone.now())[0]
        assert (seen.address, seen.shown) == (other.email, Shown.ACCEPTED)


def test_a_no_is_told_to_nobody_and_is_no_fact(member, co_member):
    row = request(member, co_member)
    before = len(delivered()), Fact.objects.count()
    operations.decline(introduction=row, by=co_member, at=timezone.now())
    assert (len(delivered()), Fact.objects.count()) == before


def test_silence_and_no_look_the_same_to_who_asked_byte_for_byte(member, client_of):
    now = timezone.now()
    silent = ask(member, ProfileFactory(handle="same", user__name="Same Name").user, days_ago=2)
    client = client_of(member)

    def pages():
        both = ["/members/introductions/", f"/members/introductions/{silent.pk}/", "/members/peers/"]
        found = [client.get(page).content.decode() for page in both]
        return [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in found]

    before = pages()
    operations.decline(introduction=silent, by=silent.person, at=now)
    assert pages() == before
    Introduction.objects.update(asked_at=now - rules.ANSWER_WITHIN)
    closed = pages()
    Introduction.objects.update(state="open", settled_at=None)
    assert pages() == closed
    assert "Closed" in closed[0]


def test_after_three_weeks_nobody_can_answer(member, co_member):
    row = ask(member, co_member, days_ago=21)
    for answer in (operations.accept, operations.decline):
        with pytest.raises(operations.NotPossible):
            answer(introduction=row, by=co_member, at=timezone.now())
    assert shown(row, co_member) is shown(row, member) is Shown.CLOSED


def test_only_who_was_asked_answers_and_only_who_asked_withdraws(member, co_member, outsider):
    row = ask(member, co_member)
    for answer in (operations.accept, operations.decline):
        for other in (member, outsider):
            with pytest.raises(operations.NotPossible):
                answer(introduction=row, by=other, at=timezone.now())
    for other in (co_member, outsider):
        with pytest.raises(operations.NotPossible):
            operations.withdraw(introduction=row, by=other, at=timezone.now())


def test_an_answer_stands(member, co_member):
    row = ask(member, co_member)
    operations.accept(introduction=row, by=co_member, at=timezone.now())
    operations.accept(introduction=row, by=co_member, at=timezone.now())
    assert Fact.objects.filter(name="members.IntroductionAccepted").count() == 1
    with pytest.raises(operations.NotPossible):
        operations.decline(introduction=row, by=co_member, at=timezone.now())
    with pytest.raises(operations.NotPossible):
        operations.withdraw(introduction=row, by=member, at=timezone.now())


def test_withdrawing_after_a_quiet_no_works_as_after_silence(member, co_member):
    row = ask(member, co_member, state="declined", settled_at=timezone.now())
    operations.withdraw(introduction=row, by=member, at=timezone.now())
    assert shown(row, member) is shown(row, co_member) is Shown.WITHDRAWN


def test_a_mail_that_waits_is_not_sent_once_the_request_is_withdrawn(member, co_member):
    row = request(member, co_member)
    operations.withdraw(introduction=row, by=member, at=timezone.now())
    assert delivered() == []


def test_blocking_declines_quietly(member, co_member):
    row = ask(member, co_member)
    reach.block(other=member, by=co_member, at=timezone.now())
    assert shown(row, co_member) is Shown.DECLINED
    assert shown(row, member) is Shown.WAITING


# --- who leaves -------------------------------------------------------------------------------------------------


def test_a_suspension_closes_what_is_open_and_takes_the_address_back(member, co_member, outsider, staff):
    open_row, made = ask(member, co_member), introduced(outsider, co_member)
    people.suspend(person=co_member, reason="Spam.", by=staff, at=timezone.now())
    delivered()
    assert shown(open_row, member) is Shown.CLOSED
    seen = queries.see([made], outsider, timezone.now())[0]
    assert (seen.other, seen.address) == (None, "")


def test_an_erasure_takes_the_rows_along(member, co_member):
    introduced(member, co_member)
    User.objects.get(pk=co_member.pk).delete()
    assert Introduction.objects.count() == 0


# --- did it help ------------------------------------------------------------------------------------------------


def test_both_are_asked_once_after_thirty_days(member, co_member):
    introduced(member, co_member, days_ago=29.9)
    look_back_and_ahead()
    assert delivered() == []
    Introduction.objects.update(ask_help_at=timezone.now(), settled_at=timezone.now() - rules.HELP_AFTER)
    look_back_and_ahead()
    look_back_and_ahead()
    assert sorted(mail.message["To"] for mail in delivered()) == sorted([member.email, co_member.email])
    assert newest(member.email).message["Subject"] == "Did the introduction help?"


def test_answers_are_kept_once_and_told_in_sums_of_five_or_more(member, co_member):
    now = timezone.now()
    rows = [introduced(ProfileFactory().user, ProfileFactory().user, days_ago=31) for _number in range(3)]
    with pytest.raises(operations.NotPossible):
        operations.say_whether_it_helped(introduction=introduced(member, co_member), answer="yes", by=member, at=now)
    for row in rows[:2]:
        operations.say_whether_it_helped(introduction=row, answer="yes", by=row.asker, at=now)
        operations.say_whether_it_helped(introduction=row, answer="no", by=row.person, at=now)
    assert queries.figures() == queries.Figures(4, 0, 0)
    operations.say_whether_it_helped(introduction=rows[2], answer="yes", by=rows[2].asker, at=now)
    assert queries.figures() == queries.Figures(4, 5, 3)
    operations.say_whether_it_helped(introduction=rows[2], answer="no", by=rows[2].asker, at=now)
    assert queries.figures() == queries.Figures(4, 5, 3)


def test_the_answer_of_one_is_not_shown_to_the_other(member, co_member, client_of):
    row = introduced(member, co_member, days_ago=31)
    client_of(member).post(f"/members/introductions/{row.pk}/helped/", {"answer": "no"})
    row.refresh_from_db()
    assert (row.asker_says, row.person_says) == ("no", "")
    seen = queries.see([row], co_member, timezone.now())[0]
    assert (seen.helped, seen.asks_help) == ("", True)


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_way_through_the_pages(member, co_member, client_of):
    mine, theirs = client_of(member), client_of(co_member)
    address = f"/members/{co_member.profile.handle}/introduce/"
    assert "If they accept, they see your address olena@agency.example" in mine.get(address).content.decode()
    page = mine.post(address, {"purpose": WHY}, follow=True).content.decode()
    assert "Your request is on its way" in page
    assert "No answer yet" in page
    row = Introduction.objects.get()
    page = theirs.get(f"/members/introductions/{row.pk}/").content.decode()
    assert "Olena Owner sees your address carlo@agency.example, and you see theirs" in page
    assert member.email not in page
    page = theirs.post(f"/members/introductions/{row.pk}/accept/", follow=True).content.decode()
    assert member.email in page
    assert co_member.email in mine.get("/members/introductions/").content.decode()


def test_what_was_typed_stays_beside_the_error(member, co_member, client_of):
    address = f"/members/{co_member.profile.handle}/introduce/"
    response = client_of(member).post(address, {"purpose": "x" * 601})
    page = response.content.decode()
    assert response.status_code == 422
    assert "x" * 601 in page
    assert "at most 600 characters" in page
    assert Introduction.objects.count() == 0


def test_the_form_is_not_shown_where_it_cannot_be_sent(member, client_of):
    closed = allow(ProfileFactory().user, introductions=False)
    page = client_of(member).get(f"/members/{closed.profile.handle}/introduce/").content.decode()
    assert "takes no requests for introductions" in page
    assert "<textarea" not in page


def test_sending_twice_is_one_request(member, co_member, client_of):
    client, address = client_of(member), f"/members/{co_member.profile.handle}/introduce/"
    for _click in range(2):
        client.post(address, {"purpose": WHY})
    assert Introduction.objects.count() == 1


@pytest.mark.parametrize("role", ["outsider", "staff", "pending", "suspended", "visitor"])
def test_an_introduction_exists_for_the_two_alone(role, request, member, co_member, client_of):
    row = introduced(member, co_member, days_ago=31)
    viewer = request.getfixturevalue(role)
    assert not Introduction.objects.visible_to(viewer).exists()
    client = client_of(viewer)
    for page in ("", "accept/", "decline/", "withdraw/", "helped/", "report/"):
        for pk in (row.pk, 0):
            method = client.get if page in {"", "report/"} else client.post
            response = method(f"/members/introductions/{pk}/{page}")
            asked_to_sign_in = method == client.post and role in {"visitor", "suspended"}
            assert response.status_code == (302 if asked_to_sign_in else 404)
    row.refresh_from_db()
    assert row.state == "accepted"


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_list_costs_the_same_at_any_length(member, client_of, number):
    for each in range(number):
        introduced(ProfileFactory(user__name=f"Person {each}").user, member)
        ask(ProfileFactory().user, member)
    client = client_of(member)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/members/introductions/")
    assert len(asked) == 6, [query["sql"][:90] for query in asked]
    assert len(response.content) < 60_000


def test_a_profile_that_hides_itself_takes_its_card_along(member, co_member):
    row = ask(member, co_member)
    Profile.objects.filter(user=co_member).delete()
    assert queries.see([row], member, timezone.now())[0].other is None
