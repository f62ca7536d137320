"""Members and staff invite by mail; the link holds once, for one address, for four weeks, and tells nothing."""

import re
import secrets
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members.invitations import operations, queries
from members.invitations.operations import NotNow
from members.joining.operations import confirm_address
from members.joining.queries import waiting_requests
from members.models import Invitation, JoinRequest, User
from members.operations import NotAllowed, suspend
from members.welcome.queries import ORDER
from portal.follows.models import Follow
from portal.follows.operations import open_channel
from portal.outbox.models import Fact, Mail
from tests.factories.joining import InvitationFactory, link
from tests.factories.members import JoinRequestFactory, ProfileFactory, UserFactory
from tests.members.post import code_for, delivered, newest
from tests.members.test_joining import ANSWERS

pytestmark = pytest.mark.django_db

PAGE = "/members/me/invitations/"
ADDRESS = "renske@tamarack.example"
LINE = "You asked in June.\nThe <b>answer</b> is here."


def token_for(address):
    return re.search(r"/join/invitation/([\w-]+)/", newest(address).text)[1]


def invite(by, address=ADDRESS, line=LINE, group=None, at=None):
    return operations.invite(email=address, line=line, group=group, by=by, at=at or timezone.now())


def join(client, address=ADDRESS):
    client.post("/join/", ANSWERS | {"email": address})
    return client.post("/accounts/confirm-email/", {"code": code_for(address)})


@pytest.fixture
def group():
    return open_channel(kind="group", title="Metrics", url="/groups/metrics/", audience="members")


# --- from the mail to the member --------------------------------------------------------------------------------


def test_a_member_invites_and_the_request_shows_who_vouches(member, client_of, client, staff):
    page = client_of(member).post(PAGE, {"email": ADDRESS, "line": LINE}, follow=True)
    assert "The invitation is sent." in page.content.decode()
    mail = newest(ADDRESS)
    assert mail.message["Subject"] == f"{member.name} invites you to the Shared Services Community of Practice"
    assert "The <b>answer</b> is here." in mail.text
    assert "The &lt;b&gt;answer&lt;/b&gt; is here." in mail.html
    assert member.email not in mail.text + mail.html
    token = token_for(ADDRESS)
    assert token not in mail.message["Subject"]

    shown = client.get(link(token)).content.decode()
    assert f"{member.name} invites you" in shown
    assert "The &lt;b&gt;answer&lt;/b&gt; is here." in shown
    assert client.post(link(token), {"accept": "1"})["Location"] == "/join/"
    form = client.get("/join/").content.decode()
    assert f'value="{ADDRESS}"' in form
    assert f"{member.name} invites you." in form

    join(client)
    row = waiting_requests().get()
    assert Invitation.objects.get().accepted_by == row.person
    desk = client_of(staff).get(f"/manage/join-requests/{row.pk}/").content.decode()
    assert "Invited by" in desk
    assert member.name in desk

    client_of(staff).post(f"/manage/join-requests/{row.pk}/approve/", {"approve-kind": "practitioner"})
    mail = newest(member.email)
    assert mail.message["Subject"] == "Somebody whom you invited has joined"
    assert "Renske Oduya" in mail.text


def test_whom_staff_invite_is_a_member_as_soon_as_the_address_is_confirmed(staff, client, group):
    invite(staff, group=group)
    client.post(link(token_for(ADDRESS)), {"accept": "1"})
    assert join(client)["Location"] == "/members/me/"
    row = JoinRequest.objects.get()
    assert (row.decision, row.ground, row.decided_by) == ("approved", "invitation", staff)
    assert User.objects.get(email=ADDRESS).is_member
    assert Follow.objects.get(user=row.person).channel == group
    assert "Look at the group you were invited to: Metrics" in _after_first_visit(client)


def _after_first_visit(client):
    for step in ORDER:
        client.post(f"/members/me/welcome/{step}/", {"skip": "1"})
    return client.get("/members/me/welcome/").content.decode()


def test_whoever_invited_and_is_staff_no_more_opens_no_door(staff, client):
    invite(staff)
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    client.post(link(token_for(ADDRESS)), {"accept": "1"})
    join(client)
    assert JoinRequest.objects.get().decision == ""


def test_a_link_that_was_passed_on_opens_nothing_for_another_address(staff, client):
    invite(staff)
    client.post(link(token_for(ADDRESS)), {"accept": "1"})
    join(client, "somebody@else.example")
    assert JoinRequest.objects.get().decision == ""
    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.get(email="somebody@else.example").is_member


def test_the_address_alone_without_the_link_opens_nothing(staff, client):
    invite(staff)
    join(client)
    assert JoinRequest.objects.get().decision == ""


def test_an_invitation_is_used_once(staff):
    row = invite(staff)
    people = [UserFactory(standing="pending", email=ADDRESS), UserFactory(standing="pending")]
    used = [operations.take_up(invitation=row, address=ADDRESS, by=each, at=timezone.now()) for each in people]
    assert [bool(each) for each in used] == [True, False]
    assert "no longer works" in Client().get(link(token_for(ADDRESS))).content.decode()


@pytest.mark.parametrize("what", ["expires_at", "withdrawn_at", "declined_at"])
def test_a_dead_invitation_opens_nothing_even_when_its_link_was_followed_before(what, staff, client):
    row = invite(staff)
    client.post(link(token_for(ADDRESS)), {"accept": "1"})
    Invitation.objects.filter(pk=row.pk).update(**{what: timezone.now() - timedelta(seconds=1)})
    join(client)
    assert JoinRequest.objects.get().decision == ""


def test_who_is_signed_in_is_told_that_nothing_is_left_to_do(member, outsider, client_of, pending):
    invite(member)
    token = token_for(ADDRESS)
    assert "You are a member already" in client_of(outsider).get(link(token)).content.decode()
    assert "with the programme office already" in client_of(pending).get(link(token)).content.decode()


# --- the token --------------------------------------------------------------------------------------------------


def test_tokens_are_long_and_only_their_hash_is_kept(member):
    tokens = set()
    for number in range(5):
        invite(member, f"person{number}@elsewhere.example")
        tokens.add(token_for(f"person{number}@elsewhere.example"))
    assert len(tokens) == 5
    assert all(len(token) >= 43 for token in tokens), "256 bits"
    kept = str(list(Invitation.objects.values())) + str(list(Fact.objects.values()))
    assert not any(token in kept for token in tokens)


def test_of_a_thousand_forged_tokens_none_is_accepted(member):
    invite(member)
    good = token_for(ADDRESS)
    flipped = [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in range(len(good))]
    forged = [secrets.token_urlsafe(32) for _ in range(1000)] + [good.swapcase(), good[:-1], good + "A", good[::-1], ""]
    hashed = Invitation.objects.get().token_hash
    assert not any(queries.by_token(each, timezone.now()) for each in [*flipped, *forged, hashed])
    assert queries.by_token(good, timezone.now())


def test_a_forged_used_or_old_link_answers_the_same(member, client):
    pages = []
    for made in ("forged", "used", "old", "withdrawn"):
        token, before = f"{made}-token", timezone.now() - timedelta(days=30)
        if made != "forged":
            row = InvitationFactory(token=token, sent_at=before if made == "old" else timezone.now())
            changes = {"used": {"accepted_at": before}, "withdrawn": {"withdrawn_at": before}}.get(made, {})
            Invitation.objects.filter(pk=row.pk).update(updated_at=before, **changes)
        response = client.get(link(token))
        pages.append((response.status_code, response.content.decode().replace(token, "")))
        assert client.post(link(token), {"accept": "1"}).status_code == response.status_code
    assert len(set(pages)) == 1
    assert "no longer works" in pages[0][1]
    assert "invitation" not in client.session


def test_a_scanner_that_opens_the_link_changes_nothing(member, client):
    invite(member)
    before = Invitation.objects.values().get()
    for _ in range(2):
        client.get(link(token_for(ADDRESS)))
        client.head(link(token_for(ADDRESS)))
    assert Invitation.objects.values().get() == before


def test_an_invitation_holds_four_weeks(member):
    row = invite(member)
    assert row.expires_at - row.sent_at == timedelta(days=28)


# --- again, withdraw, decline -----------------------------------------------------------------------------------


def test_sending_again_gives_a_new_link_and_four_new_weeks(member, client_of, client):
    long_ago = timezone.now() - timedelta(days=40)
    row = invite(member, at=long_ago)
    old = token_for(ADDRESS)
    assert "no longer works" in client.get(link(old)).content.decode()
    page = client_of(member).post(f"{PAGE}{row.pk}/again/", follow=True).content.decode()
    assert "sent again" in page
    new = token_for(ADDRESS)
    assert new != old
    assert "invites you" in client.get(link(new)).content.decode()
    assert "no longer works" in client.get(link(old)).content.decode()
    row.refresh_from_db()
    assert row.times_sent == 2


def test_not_twice_in_a_day(member, client_of):
    row = invite(member)
    page = client_of(member).post(f"{PAGE}{row.pk}/again/", follow=True).content.decode()
    assert "less than a day ago" in page
    page = client_of(member).post(PAGE, {"email": ADDRESS.upper()})
    assert page.status_code == 422
    assert "You have invited this address already" in page.content.decode()
    assert Mail.objects.count() == 1


def test_what_is_taken_back_no_longer_works_and_can_be_sent_anew(member, client_of, client):
    row = invite(member)
    token = token_for(ADDRESS)
    page = client_of(member).post(f"{PAGE}{row.pk}/withdraw/", follow=True).content.decode()
    assert "taken back" in page
    assert "no longer works" in client.get(link(token)).content.decode()
    invite(member)
    assert Invitation.objects.standing().count() == 1


def test_after_four_weeks_a_new_invitation_takes_the_place_of_the_old(member):
    invite(member, at=timezone.now() - timedelta(days=29))
    invite(member)
    assert Invitation.objects.standing().count() == 1


def test_who_says_no_is_never_invited_again_and_the_inviter_reads_the_same_as_ever(member, outsider, client, client_of):
    row = invite(member)
    before = client_of(member).get(PAGE).content.decode()
    assert client.post(link(token_for(ADDRESS)), {"decline": "1"})["Location"] == "/join/"
    assert client_of(member).get(PAGE).content.decode().count("sent on") == before.count("sent on") == 1
    mails = len(delivered())
    later = timezone.now() + timedelta(days=2)
    operations.invite_again(invitation=row, by=member, at=later)
    invite(outsider, at=later)
    with pytest.raises(NotNow, match="already"):
        invite(member, at=later)
    assert len(delivered()) == mails
    assert [each.state.label for each in queries.sent_by(outsider, later)] == ["sent"]


# --- limits -----------------------------------------------------------------------------------------------------


def test_a_member_sends_ten_in_a_day_and_goes_on_tomorrow(member, client_of):
    now = timezone.now()
    for number in range(10):
        invite(member, f"p{number}@elsewhere.example", at=now)
    page = client_of(member).post(PAGE, {"email": "p11@elsewhere.example"})
    assert page.status_code == 422
    assert "10 invitations in a day" in page.content.decode()
    invite(member, "p11@elsewhere.example", at=now + timedelta(days=1, seconds=1))


def test_sending_again_counts_too(member):
    now = timezone.now()
    old = [invite(member, f"p{number}@elsewhere.example", at=now - timedelta(days=3)) for number in range(10)]
    old.append(invite(member, "p10@elsewhere.example", at=now - timedelta(days=2)))
    for row in old[:10]:
        operations.invite_again(invitation=row, by=member, at=now)
    with pytest.raises(NotNow):
        operations.invite_again(invitation=old[10], by=member, at=now)


def test_one_address_gets_three_mails_in_a_week_whoever_invites(db):
    for _ in range(5):
        invite(ProfileFactory().user)
    assert Mail.objects.count() == 3
    assert Invitation.objects.count() == 5


# --- nobody learns who is here ----------------------------------------------------------------------------------


def _inviting(client, address):
    response = client.post(PAGE, {"email": address, "line": "Hello"})
    page = client.get(response["Location"]).content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return response.status_code, response["Location"], re.sub(r"/\d+/", "/N/", page.replace(address, "ADDRESS"))


@pytest.mark.parametrize("known", ["member", "pending", "suspended"])
def test_inviting_a_known_address_answers_as_for_an_unknown_one(known, request, client_of):
    person, inviter = request.getfixturevalue(known), ProfileFactory().user
    answers = []
    for address in (person.email, "nobody@elsewhere.example"):
        answers.append(_inviting(client_of(inviter), address))
        Invitation.objects.all().delete()
    assert answers[0] == answers[1]
    assert "The invitation is sent." in answers[0][2]


def test_a_member_gets_a_kind_note_instead_of_an_invitation(member, outsider, group):
    invite(member, outsider.email, group=group)
    mail = newest(outsider.email)
    assert mail.message["Subject"] == f"{member.name} wanted to invite you"
    assert "You are a member already" in mail.text
    assert "/groups/metrics/" in mail.text
    assert "/join/" not in mail.text


def test_who_waits_reads_that_the_request_is_in_good_hands(member):
    waits = JoinRequestFactory(person__email=ADDRESS)
    invite(member)
    assert "sign in to see how your request stands" in newest(ADDRESS).text
    assert Invitation.objects.get().email == waits.person.email


def test_who_is_suspended_gets_nothing(member, suspended):
    invite(member, suspended.email)
    assert delivered() == []


def test_the_kind_of_an_inviter_stands_beside_the_name(provider):
    invite(provider)
    assert newest(ADDRESS).message["Subject"].startswith("Piet Provider (Provider) invites you")


def test_a_group_that_not_everybody_may_see_is_not_named(member):
    closed = open_channel(kind="group", title="Closed", url="/groups/closed/", audience="seated")
    assert closed not in queries.groups_to_name(member)
    assert invite(member, group=closed).group is None


# --- who may ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", ["visitor", "pending", "suspended", "outsider", "provider"])
def test_invitations_are_their_inviter_s_alone(persona, request, client_of):
    row = InvitationFactory()
    user = request.getfixturevalue(persona)
    assert not Invitation.objects.visible_to(user).exists()
    for verb in ("again", "withdraw"):
        assert client_of(user).post(f"{PAGE}{row.pk}/{verb}/").status_code in {302, 404}
    row.refresh_from_db()
    assert (row.withdrawn_at, row.times_sent) == (None, 1)


def test_staff_see_all_and_take_back_any(staff, client_of):
    row = InvitationFactory(inviter__name="Ines Inviter")
    page = client_of(staff).get("/manage/invitations/").content.decode()
    assert "Ines Inviter" in page
    assert client_of(staff).post(f"{PAGE}{row.pk}/withdraw/")["Location"] == "/manage/invitations/"
    row.refresh_from_db()
    assert row.withdrawn_at


@pytest.mark.parametrize("persona", ["pending", "suspended"])
def test_who_is_no_member_invites_nobody(persona, request):
    with pytest.raises(NotAllowed):
        invite(request.getfixturevalue(persona))


def test_the_invitations_of_a_suspended_member_vouch_but_open_nothing(staff, superuser, client):
    invite(staff)
    client.post(link(token_for(ADDRESS)), {"accept": "1"})
    suspend(person=staff, reason="x", by=superuser, at=timezone.now())
    join(client)
    assert JoinRequest.objects.get().decision == ""


def test_one_open_invitation_for_an_inviter_and_an_address():
    row = InvitationFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(inviter=row.inviter, email=row.email.upper())


def test_a_request_without_an_invitation_confirms_as_ever():
    row = JoinRequestFactory(confirmed_at=None)
    confirm_address(person=row.person, at=timezone.now())
    row.refresh_from_db()
    assert row.confirmed_at
