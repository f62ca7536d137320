"""The first visit: three steps, each of which can be left out, taken up again, and that end with something to do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.joining import operations as joining
from members.models import Expertise, FirstVisit, Profile
from members.operations import reindex, subjects_called
from members.profiles.operations import ProfileChanges, edit_profile
from members.welcome import queries
from members.welcome.queries import peers_to_meet
from portal.follows.models import ChallengeChannel, Follow
from portal.follows.operations import follow_challenges
from portal.follows.queries import followed_challenges
from portal.notifications.choosing import wishes_of
from portal.taxonomy.models import Challenge, ServiceLine
from tests.factories.members import JoinRequestFactory, OrganisationFactory, ProfileFactory

pytestmark = pytest.mark.django_db
WELCOME = "/members/me/welcome/"


@pytest.fixture
def newcomer(staff):
    row = JoinRequestFactory(person__name="Renske Oduya")
    joining.approve(request=row, organisation=None, kind="practitioner", by=staff, at=timezone.now())
    row.person.refresh_from_db()
    return row.person


def peer(name, *subjects, lines=(), **more):
    profile = ProfileFactory(user__name=name, **more)
    for subject in subjects_called(subjects):
        Expertise.objects.create(content_object=profile, tag=subject)
    profile.service_lines.set(lines)
    reindex(Profile.objects.filter(pk=profile.pk))
    return profile


def outcome(person):
    visit = FirstVisit.objects.get(person=person)
    return (visit.challenge, visit.offer, visit.peers, visit.notices, visit.finished_at is not None)


def test_the_home_of_a_newcomer_leads_to_the_first_step_and_from_step_to_step_to_the_end(newcomer, client_of):
    other = peer("Olga Other", "exit clauses")
    client = client_of(newcomer)
    assert "4 short steps are left." in client.get("/").content.decode()
    assert client.get(WELCOME)["Location"] == f"{WELCOME}challenge/"
    challenge = Challenge.objects.first()
    page = client.get(f"{WELCOME}challenge/").content.decode()
    assert challenge.label.replace("'", "&#x27;") in page
    assert 'aria-current="step"' in page

    after = client.post(f"{WELCOME}challenge/", {"challenges": [challenge.pk]}, follow=True)
    assert after.redirect_chain[-1][0] == f"{WELCOME}offer/"
    assert "3 short steps are left." in client.get("/").content.decode()
    said = {"ask_about": "exit clauses, payroll <x>", "willing_to": ["advise"], "looking_for": "a price list"}
    after = client.post(f"{WELCOME}offer/", said, follow=True)
    assert after.redirect_chain[-1][0] == f"{WELCOME}peers/"
    page = after.content.decode()
    assert "Olga Other" in page
    assert "exit clauses" in page
    after = client.post(f"{WELCOME}peers/", follow=True)
    assert after.redirect_chain[-1][0] == f"{WELCOME}notices/"
    assert 'value="balanced" checked' in after.content.decode()
    after = client.post(f"{WELCOME}notices/", {"preset": "quiet"}, follow=True).content.decode()
    assert wishes_of(newcomer).preset == "quiet"
    assert "You are set. What now?" in after
    assert f"/cases/?challenge={challenge.slug}" in after
    assert other.get_absolute_url() in after
    assert outcome(newcomer) == ("done", "done", "done", "done", True)
    assert "your first visit" not in client.get("/").content.decode()

    profile = Profile.objects.get(user=newcomer)
    assert sorted(each.tag.name for each in profile.expertise.all()) == ["exit clauses", "payroll <x>"]
    assert profile.looking_for == "a price list"
    assert profile.handle in client_of(other.user).get("/members/?q=exit+clauses").content.decode()
    shown = client.get("/members/me/").content.decode()
    assert "payroll &lt;x&gt;" in shown


def test_every_step_can_be_skipped_and_done_later(newcomer, client_of):
    client = client_of(newcomer)
    for step in queries.ORDER:
        client.post(f"{WELCOME}{step}/", {"skip": "1"})
    assert outcome(newcomer) == ("skipped", "skipped", "skipped", "skipped", True)
    assert "What now?" in client.get(WELCOME).content.decode()
    client.post(f"{WELCOME}challenge/", {"challenges": [Challenge.objects.first().pk]})
    assert outcome(newcomer) == ("done", "skipped", "skipped", "skipped", True)
    client.post(f"{WELCOME}challenge/", {"skip": "1"})
    assert outcome(newcomer)[0] == "done"
    assert followed_challenges(newcomer).count() == 1, "skipping takes nothing away"


def test_steps_may_be_done_in_any_order(newcomer, client_of):
    client = client_of(newcomer)
    client.post(f"{WELCOME}peers/")
    assert client.get(WELCOME)["Location"] == f"{WELCOME}challenge/"


@pytest.mark.parametrize(
    ("step", "data", "message"),
    [
        ("challenge", {}, "Choose at least one, or skip this step."),
        ("challenge", {"challenges": ["0"]}, "Select a valid choice"),
        ("offer", {}, "Fill in one of these, or skip this step."),
        ("offer", {"ask_about": ",".join(f"s{n}" for n in range(13))}, "at most 12 subjects"),
        ("offer", {"looking_for": "x" * 601}, "at most 600 characters"),
        ("offer", {"willing_to": ["sing"]}, "Select a valid choice"),
        ("notices", {}, "This field is required."),
        ("notices", {"preset": "loud"}, "Select a valid choice"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_settled(step, data, message, newcomer, client_of):
    page = client_of(newcomer).post(f"{WELCOME}{step}/", data)
    assert page.status_code == 422
    assert message in page.content.decode()
    assert outcome(newcomer) == ("", "", "", "", False)


def test_what_was_chosen_before_stands_in_the_form(newcomer, client_of):
    first, second = Challenge.objects.order_by("position")[:2]
    follow_challenges(challenges=[first, second], by=newcomer, at=timezone.now())
    client = client_of(newcomer)
    assert client.get(f"{WELCOME}challenge/").content.decode().count(" checked") == 2
    client.post(f"{WELCOME}challenge/", {"challenges": [second.pk]})
    assert list(followed_challenges(newcomer)) == [second]
    assert ChallengeChannel.objects.count() == 2
    assert Follow.objects.filter(user=newcomer).count() == 1


def test_there_is_no_such_step(newcomer, client_of):
    assert client_of(newcomer).get(f"{WELCOME}something/").status_code == 404


def test_members_from_before_see_no_reminder_and_may_go_through_it(member, client_of):
    client = client_of(member)
    assert "your first visit" not in client.get("/").content.decode()
    assert client.get(WELCOME)["Location"] == f"{WELCOME}challenge/"
    assert not FirstVisit.objects.exists(), "looking begins nothing"
    client.post(f"{WELCOME}challenge/", {"skip": "1"})
    assert outcome(member) == ("skipped", "", "", "", False)


def test_what_else_stands_in_the_profile_stays(member, newcomer):
    profile = Profile.objects.get(user=member)
    before = (profile.role, profile.organisation, profile.shown_to, profile.bio)
    edit_profile(
        person=member,
        changes=ProfileChanges(ask_about=["x y"], willing_to=[], looking_for=""),
        by=member,
        at=timezone.now(),
    )
    profile.refresh_from_db()
    assert (profile.role, profile.organisation, profile.shown_to, profile.bio) == before


def test_peers_are_five_at_most_those_with_most_in_common_first(newcomer):
    line = ServiceLine.objects.first()
    me = Profile.objects.get(user=newcomer)
    me.organisation = OrganisationFactory()
    me.save()
    me.service_lines.set([line])
    peer("Lina Line", lines=[line])
    peer("Carla Colleague", lines=[line], organisation=me.organisation)
    for number in range(6):
        peer(f"Nobody{number} New")
    reindex(Profile.objects.all())
    found = peers_to_meet(Profile.objects.with_everything().get(pk=me.pk))
    assert len(found) == 5
    assert found[0].card.name in {"Lina Line", "Carla Colleague"}
    assert line.label.lower() in found[0].why.lower()


def test_nobody_is_shown_whom_the_newcomer_may_not_see(newcomer, suspended, pending):
    me = Profile.objects.with_everything().get(user=newcomer)
    assert {each.card.name for each in peers_to_meet(me)} == {"Stella Staff"}


def test_the_first_here_is_asked_to_invite_somebody(newcomer, staff, client_of):
    Profile.objects.filter(user=staff).delete()
    assert "You are the first here" in client_of(newcomer).get(f"{WELCOME}peers/").content.decode()


def test_the_steps_cost_the_same_with_one_and_with_thirty_members(newcomer, client_of):
    client, asked = client_of(newcomer), []
    for number in (5, 24):
        ProfileFactory.create_batch(number)
        each = []
        for step in queries.ORDER:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(f"{WELCOME}{step}/")
            each.append(len(captured))
            assert len(response.content) < 60_000
        asked.append(each)
    assert asked[0] == asked[1]
    assert max(asked[0]) <= 12, asked


@pytest.mark.parametrize("persona", ["visitor", "pending", "suspended", "outsider"])
def test_a_first_visit_is_nobody_else_s(persona, newcomer, request):
    assert not FirstVisit.objects.visible_to(request.getfixturevalue(persona)).exists()
