"""Nobody publishes what they changed last, whichever way they try; somebody else does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import WorkflowState
from wagtail.test.utils.form_data import rich_text

from portal.core.four_eyes import SameHand
from portal.desk.queues import counts
from portal.outbox.models import Mail
from portal.pages.models import ArticlePage
from tests.factories.pages import home, make_article, make_landing
from tests.pages.conftest import page_form

pytestmark = pytest.mark.django_db

BODY = [("paragraph", rich_text("<p>What it says.</p>"))]


@pytest.fixture
def draft(staff: Any, desk_of: Callable[[Any], Any]) -> ArticlePage:
    """A page that `staff` wrote."""
    desk_of(staff).create(home(), title="Our rules", slug="our-rules", body=BODY)
    return ArticlePage.objects.get(slug="our-rules")


def is_live(page: ArticlePage, client: Client) -> bool:
    page.refresh_from_db()
    assert (client.get(page.address).status_code == 200) is page.live
    return page.live


def test_a_new_page_is_not_published_by_its_writer(staff: Any, desk_of: Callable[[Any], Any], client: Client) -> None:
    desk = desk_of(staff)
    answer = desk.create(home(), title="Hasty", slug="hasty", action="publish")
    assert "somebody else has to publish it" in desk.said(answer)
    assert not is_live(ArticlePage.objects.get(slug="hasty"), client)


def test_the_last_editor_does_not_publish_directly(
    draft: ArticlePage, staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk = desk_of(staff)
    assert "somebody else has to publish it" in desk.said(desk.press(draft, "publish"))
    assert not is_live(draft, client)


def test_somebody_else_publishes_directly(
    draft: ArticlePage, second_staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk_of(second_staff).press(draft, "publish")
    assert is_live(draft, client)


def test_whoever_changes_a_word_while_publishing_has_made_the_last_change(
    draft: ArticlePage, second_staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk = desk_of(second_staff)
    answer = desk.edit(draft, title="My own rules", action="publish", body=BODY)
    assert "saved as a draft" in desk.said(answer)
    assert not is_live(draft, client)
    assert draft.get_latest_revision_as_object().title == "My own rules"


def test_the_workflow_publishes_what_a_colleague_approves(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk_of(staff).press(draft, "submit")
    desk_of(second_staff).approve(draft)
    assert is_live(draft, client)
    draft.refresh_from_db()
    assert not draft.workflow_in_progress


def test_nobody_approves_their_own_last_change(
    draft: ArticlePage, staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk = desk_of(staff)
    desk.press(draft, "submit")
    desk.approve(draft)
    assert not is_live(draft, client)
    form = desk.client.get(reverse("wagtailadmin_pages:edit", args=[draft.pk])).content.decode()
    assert 'data-workflow-action-name="approve"' not in form
    assert 'name="action-publish"' not in form


def test_a_colleague_sees_the_button_that_approves(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any]
) -> None:
    desk_of(staff).press(draft, "submit")
    desk = desk_of(second_staff)
    form = desk.client.get(reverse("wagtailadmin_pages:edit", args=[draft.pk])).content.decode()
    assert 'data-workflow-action-name="approve"' in form


def test_an_edit_after_submission_needs_another_approval(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk_of(staff).press(draft, "submit")
    desk = desk_of(second_staff)
    desk.edit(draft, title="Changed by the reviewer", body=BODY)
    desk.approve(draft)
    assert not is_live(draft, client)
    # The first approval is of what was submitted; the newest text is asked for again.
    desk_of(staff).approve(draft)
    assert not is_live(draft, client)
    desk_of(staff).approve(draft)
    assert is_live(draft, client)
    assert draft.title == "Changed by the reviewer"


def test_publishing_many_at_once_is_no_way_round(
    draft: ArticlePage, staff: Any, second_staff: Any, client_of: Callable[[Any], Client], client: Client
) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    whole = f"{url}?next=/cms/pages/{home().pk}/&id={draft.pk}"
    own = client_of(staff)
    assert own.get(whole).status_code == 200
    answer = own.post(whole, {"include_descendants": "on"})
    messages = [str(message).strip() for message in own.get(answer["Location"]).context["messages"]]
    assert messages == ["Nothing was published. You made the last change to: Our rules."]
    assert not is_live(draft, client)
    client_of(second_staff).post(whole, {})
    assert is_live(draft, client)


def test_drafts_below_a_page_are_no_way_round_either(
    staff: Any, second_staff: Any, client_of: Callable[[Any], Client], client: Client
) -> None:
    landing = make_landing(live=False)
    own = make_article(parent=landing, live=False, by=second_staff)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client_of(second_staff).post(f"{url}?next=/cms/&id={landing.pk}", {"include_descendants": "on"})
    assert not is_live(own, client)


def test_copying_a_published_page_does_not_publish_the_copy(
    staff: Any, client_of: Callable[[Any], Client], client: Client
) -> None:
    page = make_article(title="Original", slug="original")
    data = {
        "new_title": "Copy with other words",
        "new_slug": "copy",
        "new_parent_page": home().pk,
        "copy_subpages": "",
        "publish_copies": "on",
        "alias": "",
    }
    client_of(staff).post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
    assert not is_live(ArticlePage.objects.get(slug="copy"), client)


def test_going_back_to_an_older_version_is_a_change(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    desk_of(second_staff).press(draft, "publish")
    first = draft.revisions.order_by("pk").first()
    desk_of(second_staff).edit(draft, title="Other words", body=BODY)
    url = reverse("wagtailadmin_pages:revisions_revert", args=[draft.pk, first.pk])
    desk = desk_of(staff)
    desk.client.post(url, page_form(draft, title="Our rules", body=BODY, action="publish"))
    draft.refresh_from_db()
    assert draft.live_revision != draft.latest_revision


def test_code_that_publishes_by_a_hand_asks_the_same(draft: ArticlePage, staff: Any) -> None:
    with pytest.raises(SameHand):
        draft.get_latest_revision().publish(user=staff, skip_permission_checks=True)


def test_superusers_are_no_exception(superuser: Any, desk_of: Callable[[Any], Any], client: Client) -> None:
    desk_of(superuser).create(home(), title="Mine", slug="mine", action="publish")
    assert not is_live(ArticlePage.objects.get(slug="mine"), client)


def test_what_waits_for_review_stands_on_the_desk(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any]
) -> None:
    desk_of(staff).press(draft, "submit")
    assert {queue.slug: number for queue, number in counts(second_staff)}["pages-to-review"] == 1
    page = desk_of(second_staff).client.get("/manage/").content.decode()
    assert "Our rules" in page
    assert WorkflowState.objects.count() == 1


def test_reviewers_are_told_by_mail_through_the_outbox(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any], settings: Any
) -> None:
    settings.EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"
    desk_of(staff).press(draft, "submit")
    assert list(Mail.objects.values_list("address", flat=True)) == [second_staff.email]


def test_a_schedule_needs_the_second_person_once_and_then_the_clock(
    draft: ArticlePage, staff: Any, second_staff: Any, desk_of: Callable[[Any], Any], client: Client
) -> None:
    at = timezone.now() + timedelta(days=2)
    fields = {"go_live_at": at.strftime("%Y-%m-%d %H:%M"), "title": draft.title, "body": BODY}
    desk_of(staff).edit(draft, action="submit", **fields)
    desk_of(second_staff).approve(draft)
    assert not is_live(draft, client)
    assert draft.scheduled_revision is not None
