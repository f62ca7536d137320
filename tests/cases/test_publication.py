"""Going live: complete, by a second hand, told once, and nothing lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Revision

from cases import operations, rules
from cases.facts import CasePublished
from cases.models import Approval, Case, Lesson, Result, Source
from cases.publication import PublishRefused
from portal.core.four_eyes import last_hand
from portal.follows import operations as follows
from portal.notifications.models import Notification
from portal.outbox.drain import run_errands
from portal.outbox.models import Fact, Mail
from tests.factories.cases import draft, editor, new, published, put, rows
from tests.factories.notifications import wants_mail

pytestmark = pytest.mark.django_db


def _revise(case: Case, by: Any, **fields: Any) -> Case:
    fresh = Case.objects.get(pk=case.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(fresh, name, value)
    operations.save_draft(case=fresh, by=by, at=timezone.now())
    return fresh


def _publish(case: Case, by: Any) -> Case:
    return operations.publish(case=Case.objects.get(pk=case.pk), by=by, at=timezone.now())


# --- complete ---------------------------------------------------------------------------------------------------


def test_a_complete_write_up_and_a_complete_brief_lack_nothing() -> None:
    assert rules.missing_for_publication(new()) == []
    bare = {"scope_of_sharing": None, "mandate": None, "stage": None, "period": "", "results": [], "timeline": []}
    brief = new(form="brief", lessons=[Lesson(text="One")], teaching_questions=[], **bare)
    assert rules.missing_for_publication(brief) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"one_line": ""}, "Fill in “In one line”."),
        ({"place": ""}, "Fill in “Place”."),
        ({"mandate": None}, "Fill in “Mandate”."),
        ({"funding_models": []}, "Fill in “Funding models”."),
        ({"governance": " "}, "Write the section “Governance”."),
        ({"lessons": []}, "Have at least 3 lessons."),
        ({"teaching_questions": []}, "Have at least 3 teaching questions."),
        ({"results": []}, "Add a result with figures and its source."),
        ({"results": [Result(measure="Cost", before=2, after=1)]}, "Add a result with figures and its source."),
        ({"context": "As [nobody] says."}, "The mark [nobody] in the text leads to no source."),
        (
            {"context": "As [nobody] and [none-such] say."},
            "The marks [nobody] and [none-such] in the text lead to no source.",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(change: dict[str, Any], sentence: str) -> None:
    assert sentence in rules.missing_for_publication(new(**change))


def test_a_brief_needs_context_a_lesson_and_two_sources() -> None:
    brief = new(form="brief", context="", lessons=[], timeline=[], results=[], sources=[Source(key="a", title="A")])
    assert rules.missing_for_publication(brief) == [
        "Write the section “Context”.",
        "Add a lesson.",
        "Name at least 2 sources.",
    ]


def test_words_of_a_link_are_no_source_mark() -> None:
    assert rules.markers_in(new(context="See [here](https://a.example/) and [audit-2020]: all is said.")) == [
        "audit-2020",
        "report-2021",
    ]


def test_two_sources_with_one_key_are_noticed() -> None:
    twice = [
        Source(key="audit-2020", title="A"),
        Source(key="audit-2020", title="B"),
        Source(key="report-2021", title="C"),
    ]
    assert "Two sources have the same key: audit-2020." in rules.missing_for_publication(new(sources=twice))


def test_lengths_are_advice_and_stop_nobody() -> None:
    case = new()
    assert any("“Context” has" in sentence for sentence in rules.advice_on_length(case))
    assert rules.missing_for_publication(case) == []


def test_what_is_incomplete_is_not_published() -> None:
    case = draft(place="")
    with pytest.raises(PublishRefused, match=r"Fill in “Place”\."):
        operations.publish(case=case, by=editor(), at=timezone.now())
    assert not Case.objects.get(pk=case.pk).live
    assert not Fact.objects.filter(name="cases.CasePublished").exists()


# --- four eyes --------------------------------------------------------------------------------------------------


def test_the_last_editor_does_not_publish(staff: Any) -> None:
    case = draft(by=staff)
    with pytest.raises(PublishRefused, match="somebody else has to publish"):
        operations.publish(case=case, by=staff, at=timezone.now())


def test_a_superuser_does_not_skip_the_rule(superuser: Any) -> None:
    case = draft(by=superuser)
    revision = case.get_latest_revision()
    with pytest.raises(PublishRefused, match="somebody else has to publish"):
        revision.publish(user=superuser, skip_permission_checks=True)


def test_nobody_publishes_in_nobody_s_name() -> None:
    case = draft()
    with pytest.raises(PublishRefused, match="Nobody has approved"):
        case.get_latest_revision().publish()


def test_saving_without_a_change_does_not_make_an_editor(staff: Any, second_staff: Any) -> None:
    case = draft(by=staff)
    _revise(case, second_staff)
    assert last_hand(Case.objects.get(pk=case.pk).latest_revision) == staff.pk
    with pytest.raises(PublishRefused):
        _publish(case, staff)
    assert _publish(case, second_staff).live


def test_one_word_makes_an_editor(staff: Any, second_staff: Any) -> None:
    case = draft(by=staff)
    _revise(case, second_staff, one_line="Another word.")
    with pytest.raises(PublishRefused):
        _publish(case, second_staff)
    assert _publish(case, staff).live


def test_a_row_counts_as_a_word(staff: Any, second_staff: Any) -> None:
    case = published(author=None, by=staff)
    changed = rows(lessons=[Lesson(text="New"), Lesson(text="Newer"), Lesson(text="Newest")])["lessons"]
    _revise(case, second_staff, lessons=changed)
    with pytest.raises(PublishRefused):
        _publish(case, second_staff)
    assert [lesson.text for lesson in _publish(case, staff).lessons.all()] == ["New", "Newer", "Newest"]


def test_what_staff_took_off_the_site_is_not_published_past_them() -> None:
    case = put(published(), "withdrawn")
    _revise(case, editor(), one_line="Again.")
    with pytest.raises(PublishRefused, match="taken off the site"):
        _publish(case, editor())


# --- schedule ---------------------------------------------------------------------------------------------------


def _due(case: Case) -> None:
    """The date has come."""
    past = timezone.now() - timedelta(minutes=1)
    for revision in Revision.objects.for_instance(case).filter(approved_go_live_at__isnull=False):
        Revision.objects.filter(pk=revision.pk).update(
            approved_go_live_at=past, content=revision.content | {"go_live_at": past.isoformat()}
        )
    call_command("publish_scheduled")


def test_a_second_person_schedules_and_the_date_publishes(staff: Any, second_staff: Any) -> None:
    case = draft(by=staff, go_live_at=timezone.now() + timedelta(days=2))
    scheduled = operations.publish(case=case, by=second_staff, at=timezone.now())
    assert not scheduled.live
    assert not Fact.objects.filter(name="cases.CasePublished").exists()
    _due(case)
    assert Case.objects.get(pk=case.pk).live
    assert Fact.objects.get(name="cases.CasePublished").by == second_staff


def test_the_last_editor_does_not_schedule(staff: Any) -> None:
    case = draft(by=staff, go_live_at=timezone.now() + timedelta(days=2))
    with pytest.raises(PublishRefused):
        operations.publish(case=case, by=staff, at=timezone.now())
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


def test_what_nobody_approved_leaves_the_schedule_and_stops_nobody_else(staff: Any, second_staff: Any) -> None:
    sneaked = draft(by=staff, go_live_at=timezone.now() + timedelta(days=2))
    past = timezone.now() - timedelta(minutes=1)
    Revision.objects.for_instance(sneaked).update(approved_go_live_at=past)
    fine = draft(by=staff, go_live_at=timezone.now() + timedelta(days=2))
    operations.publish(case=fine, by=second_staff, at=timezone.now())
    _due(fine)
    assert Case.objects.get(pk=fine.pk).live
    assert not Case.objects.get(pk=sneaked.pk).live
    assert not Revision.objects.for_instance(sneaked).filter(approved_go_live_at__isnull=False).exists()


def test_a_revision_written_over_after_approval_is_not_approved(staff: Any, second_staff: Any) -> None:
    case = draft(by=staff, go_live_at=timezone.now() + timedelta(days=2))
    operations.publish(case=case, by=second_staff, at=timezone.now())
    fresh = Case.objects.get(pk=case.pk).get_latest_revision_as_object()
    fresh.one_line = "Slipped in later."
    revision = fresh.save_revision(user=staff, overwrite_revision=fresh.latest_revision)
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now())
    assert Approval.objects.filter(revision=revision).exists()
    _due(case)
    assert not Case.objects.get(pk=case.pk).live


# --- what survives ----------------------------------------------------------------------------------------------


def test_channel_and_decisions_survive_an_old_draft(staff: Any, second_staff: Any) -> None:
    case = published(by=staff)
    first = case.live_revision
    _revise(case, second_staff, one_line="Second version.")
    again = _publish(case, staff)
    operations.decide(case=again, state="archived", reason="Old.", by=staff, at=timezone.now())
    again.publish(first, user=second_staff)
    fresh = Case.objects.get(pk=case.pk)
    assert fresh.one_line != "Second version."
    assert fresh.channel_id == case.channel_id
    assert rules.standing_of(fresh) == "archived"
    assert fresh.first_published_at == case.first_published_at


def test_a_channel_written_into_a_revision_is_ignored(staff: Any) -> None:
    case, other = published(), published()
    revision = case.save_revision(user=staff, clean=False)
    revision.content["channel"] = other.channel_id
    revision.save()
    assert revision.as_object().channel_id == case.channel_id


def test_rows_keep_their_names_through_drafts_and_publications(staff: Any, second_staff: Any) -> None:
    case = published(by=staff)
    names = [row.uuid for row in case.results.all()]
    _revise(case, second_staff, one_line="Second version.")
    assert [row.uuid for row in _publish(case, staff).results.all()] == names


def test_a_published_address_does_not_change(staff: Any) -> None:
    from django.core.exceptions import ValidationError

    case = published()
    case.slug = "another"
    with pytest.raises(ValidationError, match="its address cannot change"):
        case.clean()
    revision = case.latest_revision
    revision.content["slug"] = "another"
    assert revision.as_object().slug == Case.objects.get(pk=case.pk).slug


def test_some_addresses_are_kept_for_other_pages() -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="needed for something else"):
        new(slug="evidence").clean()
    case = new(slug="", title="Evidence")
    case.clean()
    assert case.slug.startswith("evidence-")


def test_deleting_a_case_takes_its_channel_along() -> None:
    case = published()
    channel = case.channel
    case.delete()
    assert not type(channel).objects.filter(pk=channel.pk).exists()


def test_a_draft_of_a_live_case_changes_nothing_that_readers_see(staff: Any) -> None:
    case = published()
    _revise(case, staff, title="Draft title", audience="members")
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.title, fresh.audience, fresh.channel.title) == (case.title, "public", case.title)


# --- told once --------------------------------------------------------------------------------------------------


def test_the_author_and_the_staff_who_edited_are_told_of_the_first_publication(
    member: Any, staff: Any, second_staff: Any, co_member: Any
) -> None:
    case = draft(by=staff, author=member)
    operations.publish(case=case, by=second_staff, at=timezone.now())
    run_errands(100)
    told = Notification.objects.filter(kind="cases.published")
    assert {notice.person for notice in told} == {member, staff}


def test_publishing_the_same_twice_tells_once(staff: Any, second_staff: Any) -> None:
    case = draft(by=staff)
    for _each in range(2):
        operations.publish(case=Case.objects.get(pk=case.pk), by=second_staff, at=timezone.now())
    _revise(case, second_staff)
    _publish(case, second_staff)
    assert Fact.objects.filter(name="cases.CasePublished").count() == 1


def test_followers_are_told_of_a_later_revision_and_of_what_changed(
    member: Any, co_member: Any, staff: Any, second_staff: Any
) -> None:
    case = published(author=member, by=staff)
    run_errands(100)
    follows.follow(channel=case.channel, by=co_member, at=timezone.now())
    wants_mail(co_member)
    _revise(case, second_staff, governance="Somebody else decides now [audit-2020].", period="2020")
    _publish(case, staff)
    run_errands(100)
    fact = Fact.objects.filter(name="cases.CasePublished").latest("pk")
    assert fact.payload["changed"] == ["facts", "governance"]
    told = Notification.objects.filter(fact=fact)
    assert [notice.person for notice in told] == [co_member]
    assert Mail.objects.filter(person=co_member).count() == 1


def test_followers_of_what_became_a_members_case_are_told_by_what_they_may_see(
    co_member: Any, staff: Any, second_staff: Any
) -> None:
    from portal.outbox.rendering import render

    case = published(by=staff)
    follows.follow(channel=case.channel, by=co_member, at=timezone.now())
    wants_mail(co_member)
    _revise(case, second_staff, governance="New [audit-2020].")
    _publish(case, staff)
    run_errands(100)
    mail = Mail.objects.get(person=co_member)
    message = render(mail)
    assert message is not None
    assert "Governance" in message.body
    put(Case.objects.get(pk=case.pk), "hidden")
    assert render(mail) is None


def test_the_words_of_every_mail_fit_the_person(member: Any) -> None:
    from portal.outbox.rendering import render

    published(author=member, title="A case <b>with</b> & signs")
    run_errands(100)
    message = render(Mail.objects.get(person=member))
    assert message is not None
    assert message.subject == "“A case <b>with</b> & signs” is published"
    html = message.alternatives[0][0]
    assert "A case &lt;b&gt;with&lt;/b&gt; &amp; signs" in html
    assert "You wrote or edited this case." in message.body


def test_a_fact_is_plain_data() -> None:
    case = published()
    payload = Fact.objects.get(name="cases.CasePublished").payload
    assert CasePublished(**payload).case_id == case.pk
    assert payload["first"] is True
