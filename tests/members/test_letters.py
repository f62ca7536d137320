"""Letters: nobody's address in them, limits, answers, reports, and a text that goes after thirty days."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.letters import operations, queries, rules
from members.letters.rules import Refusal
from members.models import Block, Letter, Report
from members.reach import operations as reach
from members.reach.forms import new_key
from members.tasks import look_back_and_ahead
from tests.factories.members import ProfileFactory
from tests.factories.reach import allow, ask, write
from tests.members.post import delivered, newest


def refusal(person, by, at=None, **more):
    return queries.refusal(person=person, by=by, at=at or timezone.now(), **more)


def addresses_in(mail):
    return f"{mail.message.as_string()} {mail.text} {mail.html}"


# --- sending ----------------------------------------------------------------------------------------------------


def test_a_letter_arrives_by_mail_without_the_address_of_its_writer(member, co_member):
    write(member, co_member, "How did you price it?\nSecond line.")
    mail = newest(co_member.email)
    assert mail.message["Subject"] == "A member wrote to you"
    assert "How did you price it?\nSecond line." in mail.text
    assert member.email not in addresses_in(mail)
    assert "olena" not in str(mail.message["Reply-To"] or "") + str(mail.message["From"])


def test_an_answer_goes_back_whatever_its_reader_allows(member, co_member):
    letter = write(member, co_member)
    answer = operations.send(
        person=member, text="Per payslip.", key=new_key(), by=co_member, at=timezone.now(), answers=letter
    )
    assert answer.answers == letter
    mail = newest(member.email)
    assert "Per payslip." in mail.text
    assert co_member.email not in addresses_in(mail)


def test_nobody_writes_who_was_not_let_in(member, co_member, provider):
    assert refusal(co_member, member) is Refusal.NOT_OPEN
    allow(co_member, letters=True)
    assert refusal(co_member, member) is None
    assert refusal(co_member, provider) is Refusal.NOT_OPEN
    allow(co_member, letters=True, providers=True)
    assert refusal(co_member, provider) is None
    assert refusal(member, member) is Refusal.SELF


def test_a_block_looks_like_a_closed_door_and_works_both_ways(member, co_member):
    letter = write(member, co_member)
    reach.block(other=member, by=co_member, at=timezone.now())
    closed = ProfileFactory().user
    assert refusal(co_member, member) is refusal(closed, member) is Refusal.NOT_OPEN
    assert refusal(allow(member, letters=True), co_member) is Refusal.NOT_OPEN
    assert refusal(member, co_member, answers=letter) is Refusal.NOT_OPEN
    reach.unblock(other=member, by=co_member)
    assert refusal(co_member, member) is None


def test_only_the_letter_one_got_can_be_answered(member, co_member, outsider):
    letter = write(member, co_member)
    assert refusal(member, outsider, answers=letter) is Refusal.GONE
    assert refusal(outsider, co_member, answers=letter) is Refusal.GONE
    assert refusal(co_member, member, answers=letter) is Refusal.GONE


def test_two_a_day_to_one_person(member, co_member):
    now = timezone.now()
    write(member, co_member, at=now - timedelta(hours=23))
    write(member, co_member, at=now - timedelta(hours=1))
    assert refusal(co_member, member, now) is Refusal.MANY_TO_ONE
    assert refusal(allow(ProfileFactory().user, letters=True), member, now) is None
    assert refusal(co_member, member, now + timedelta(hours=1)) is None


def test_ten_a_day_in_all(member):
    now = timezone.now()
    for _number in range(10):
        write(member, ProfileFactory().user, at=now)
    one_more = allow(ProfileFactory().user, letters=True)
    assert refusal(one_more, member, now) is Refusal.MANY
    assert refusal(one_more, member, now + rules.DAY) is None


def test_a_form_sent_twice_is_one_letter(member, co_member, client_of):
    allow(co_member, letters=True)
    sent = {"text": "Once.", "key": "0" * 32}
    client = client_of(member)
    pages = [client.post(f"/members/{co_member.profile.handle}/write/", sent) for _click in range(3)]
    assert {page["Location"] for page in pages} == {f"/members/messages/{Letter.objects.get().pk}/"}


def test_somebody_else_s_key_is_no_collision(member, co_member, outsider, client_of):
    allow(co_member, letters=True)
    for sender in (member, outsider):
        sent = {"text": "Hello.", "key": "0" * 32}
        assert client_of(sender).post(f"/members/{co_member.profile.handle}/write/", sent).status_code == 302
    assert Letter.objects.count() == 2


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_way_through_the_pages(member, co_member, client_of):
    allow(co_member, letters=True)
    mine, theirs = client_of(member), client_of(co_member)
    address = f"/members/{co_member.profile.handle}/write/"
    assert "Neither of you sees the other’s address" in mine.get(address).content.decode()
    page = mine.post(address, {"text": "How did you price it?"}, follow=True).content.decode()
    assert "Your message is on its way" in page
    letter = Letter.objects.get()
    page = theirs.get(f"/members/messages/{letter.pk}/").content.decode()
    assert "How did you price it?" in page
    page = theirs.post(f"/members/messages/{letter.pk}/", {"text": "Per payslip."}, follow=True).content.decode()
    assert "Your message is on its way" in page
    assert "Per payslip." in mine.get("/members/messages/").content.decode()
    for client in (mine, theirs):
        page = client.get("/members/messages/").content.decode()
        assert member.email not in page
        assert co_member.email not in page


def test_too_long_and_empty_letters_stay_in_the_form(member, co_member, client_of):
    allow(co_member, letters=True)
    client, address = client_of(member), f"/members/{co_member.profile.handle}/write/"
    response = client.post(address, {"text": "y" * 3001})
    assert (response.status_code, "y" * 3001 in response.content.decode()) == (422, True)
    assert client.post(address, {"text": "  "}).status_code == 422
    assert Letter.objects.count() == 0


def test_over_the_limit_the_text_stays_and_the_sentence_says_why(member, co_member, client_of):
    write(member, co_member)
    write(member, co_member)
    response = client_of(member).post(f"/members/{co_member.profile.handle}/write/", {"text": "A third one."})
    page = response.content.decode()
    assert response.status_code == 422
    assert "A third one." in page
    assert "twice in the last 24 hours" in page


@pytest.mark.parametrize("role", ["outsider", "staff", "pending", "suspended", "visitor"])
def test_a_letter_exists_for_the_two_alone(role, request, member, co_member, client_of):
    letter = write(member, co_member)
    viewer = request.getfixturevalue(role)
    assert not Letter.objects.visible_to(viewer).exists()
    client = client_of(viewer)
    for page in ("", "report/"):
        for pk in (letter.pk, 0):
            for method in (client.get, client.post):
                response = method(f"/members/messages/{pk}/{page}")
                asked_to_sign_in = method == client.post and role in {"visitor", "suspended"}
                assert response.status_code == (302 if asked_to_sign_in else 404)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_list_costs_the_same_at_any_length(member, client_of, number):
    for each in range(number):
        write(ProfileFactory(user__name=f"Person {each}").user, member, "z" * 3000)
    client = client_of(member)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/members/messages/")
    assert len(asked) == 5, [query["sql"][:90] for query in asked]
    assert len(response.content) < 60_000


# --- time -------------------------------------------------------------------------------------------------------


def test_after_thirty_days_the_row_stays_and_the_text_is_gone(member, co_member, client_of):
    now = timezone.now()
    old, new = write(member, co_member, "cnry-old", at=now - rules.KEPT), write(member, co_member, "cnry-new", at=now)
    look_back_and_ahead()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.text, bool(old.emptied_at), new.text) == ("", True, "cnry-new")
    page = client_of(co_member).get(f"/members/messages/{old.pk}/").content.decode()
    assert "removed after thirty days" in page
    assert refusal(member, co_member, answers=old) is Refusal.GONE
    look_back_and_ahead()
    assert Letter.objects.count() == 2


def test_a_reported_letter_is_kept_until_staff_have_looked(member, co_member, staff):
    letter = write(member, co_member, at=timezone.now() - rules.KEPT)
    report = operations.report(letter=letter, note="Sales talk.", by=co_member, at=timezone.now())
    assert operations.empty_old_ones(at=timezone.now()) == 0
    operations.settle(report=report, by=staff, at=timezone.now())
    assert operations.empty_old_ones(at=timezone.now()) == 1


def test_a_mail_that_waits_is_not_sent_once_its_text_is_gone(member, co_member):
    letter = write(member, co_member)
    Letter.objects.filter(pk=letter.pk).update(text="", emptied_at=timezone.now())
    assert delivered() == []


# --- reports ----------------------------------------------------------------------------------------------------


def test_staff_read_what_was_reported_and_nothing_else(member, co_member, outsider, staff, client_of):
    bad, private = write(member, co_member, "cnry-bad"), write(outsider, co_member, "cnry-private")
    theirs = client_of(co_member)
    page = theirs.post(
        f"/members/messages/{bad.pk}/report/", {"note": "Sales talk.", "block": "on"}, follow=True
    ).content.decode()
    assert "Programme staff look at it" in page
    assert Block.objects.get().other == member
    desk = client_of(staff)
    assert "What members reported" in desk.get("/manage/").content.decode()
    page = desk.get("/manage/reports/").content.decode()
    assert "cnry-bad" in page
    assert "Sales talk." in page
    assert private.text not in page
    mail = newest(staff.email)
    assert "cnry-bad" not in addresses_in(mail)
    page = desk.post(f"/manage/reports/{Report.objects.get().pk}/settle/", follow=True).content.decode()
    assert "Nothing is reported" in page


def test_the_purpose_of_an_introduction_can_be_reported(member, co_member, staff, client_of):
    row = ask(member, co_member, purpose="cnry-purpose")
    client_of(co_member).post(f"/members/introductions/{row.pk}/report/", {"note": "Rude."})
    assert "cnry-purpose" in client_of(staff).get("/manage/reports/").content.decode()


def test_only_who_got_it_reports_it_and_once(member, co_member, client_of):
    letter = write(member, co_member)
    assert client_of(member).get(f"/members/messages/{letter.pk}/report/").status_code == 404
    with pytest.raises(operations.NotYours):
        operations.report(letter=letter, note="Mine.", by=member, at=timezone.now())
    first = operations.report(letter=letter, note="One.", by=co_member, at=timezone.now())
    assert operations.report(letter=letter, note="Two.", by=co_member, at=timezone.now()) == first
    assert Report.objects.get().note == "One."


def test_who_wrote_it_sees_nothing_of_the_report(member, co_member, client_of):
    letter = write(member, co_member)
    client = client_of(member)

    def page():
        html = client.get(f"/members/messages/{letter.pk}/").content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)

    before = page()
    operations.report(letter=letter, note="Sales talk.", by=co_member, at=timezone.now())
    assert page() == before
    assert not Report.objects.visible_to(member).exists()


@pytest.mark.parametrize("number", [1, 3, 25])
def test_the_reports_cost_the_same_at_any_number(staff, client_of, number):
    for _each in range(number):
        reader = ProfileFactory().user
        letter = write(ProfileFactory().user, reader, "w" * 900)
        operations.report(letter=letter, note="Sales talk.", by=reader, at=timezone.now())
    client = client_of(staff)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/manage/reports/")
    assert len(asked) == 6, [query["sql"][:90] for query in asked]
    assert len(response.content) < 60_000


# --- choices ----------------------------------------------------------------------------------------------------


def test_the_choices_are_kept_and_seen_by_nobody_else(member, co_member, client_of):
    client = client_of(member)
    page = client.get("/members/me/contact/").content.decode()
    assert page.count("checked") == 2
    assert "Providers can neither ask nor write to you" in page
    client.post("/members/me/contact/", {"letters": "on"})
    choices = member.contact_choices
    assert (choices.suggested, choices.introductions, choices.letters) == (False, False, True)
    assert not type(choices).objects.visible_to(co_member).exists()


def test_blocked_people_are_listed_and_let_in_again(member, co_member, client_of):
    client = client_of(member)
    page = client.post(f"/members/me/contact/{co_member.profile.handle}/block/", follow=True).content.decode()
    assert "Carlo Comember" in page
    client.post(f"/members/me/contact/{co_member.profile.handle}/unblock/")
    assert Block.objects.count() == 0
