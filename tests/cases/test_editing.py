"""Staff work on a case in Wagtail: write, preview, submit, approve, schedule; and are refused with a sentence."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, TaskState

from cases import operations
from cases.models import Case, Lesson
from portal.desk.queues import waiting
from portal.outbox.models import Fact
from tests.factories.cases import draft, published, rows

pytestmark = pytest.mark.django_db

SNIPPET = "wagtailsnippets_cases_case"


class _Form(HTMLParser):
    """What a browser would send from the editor's form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside = False
        self.text: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "data-edit-form" in values or "w-unsaved" in values.get("data-controller", "")
        if tag == "template":
            self.inside = False
        name = values.get("name")
        if not self.inside or not name:
            if tag == "option" and self.select and "selected" in values:
                self.values.setdefault(self.select, []).append(values.get("value", ""))
            return
        if tag == "input" and values.get("type") in {"checkbox", "radio"}:
            if "checked" in values:
                self.values.setdefault(name, []).append(values.get("value", "on"))
        elif tag == "input":
            self.values.setdefault(name, []).append(values.get("value", ""))
        elif tag == "textarea":
            self.text = name
            self.values.setdefault(name, []).append("")
        elif tag == "select":
            self.select = name

    def handle_data(self, data: str) -> None:
        if self.text:
            self.values[self.text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            if self.text:
                self.values[self.text][-1] = self.values[self.text][-1].removeprefix("\n")
            self.text = None
        if tag == "select":
            self.select = None
        if tag == "form":
            self.inside = False
        if tag == "template":
            self.inside = True


def _edit(case: Case) -> str:
    return reverse(f"{SNIPPET}:edit", args=[case.pk])


def _sent(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """The form as the editor shows it, with some fields changed."""
    response = client.get(url)
    assert response.status_code == 200, response
    form = _Form()
    form.feed(response.content.decode())
    values = {name: value for name, value in form.values.items() if not name.startswith(("action-", "overwrite_"))}
    assert "title" in values
    # Browsers send line ends as CR LF.
    values = {name: [text.replace("\n", "\r\n") for text in value] for name, value in values.items()}
    return values | changes


def _said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


@pytest.fixture
def editor_of(client_of: Any, staff: Any) -> Client:
    """A member of staff in the editors' area."""
    return client_of(staff)


def test_staff_come_in_by_their_group_and_members_find_nothing(
    editor_of: Client, client_of: Callable[[Any], Client], member: Any, visitor: Any
) -> None:
    case = draft(author=member)
    urls = [
        reverse(f"{SNIPPET}:list"),
        reverse(f"{SNIPPET}:add"),
        _edit(case),
        reverse(f"{SNIPPET}:history", args=[case.pk]),
    ]
    revision = case.latest_revision
    urls.append(reverse(f"{SNIPPET}:revisions_view", args=[case.pk, revision.pk]))
    urls.append(reverse(f"{SNIPPET}:revisions_compare", args=[case.pk, "earliest", "latest"]))
    assert [editor_of.get(url).status_code for url in urls] == [200] * len(urls)
    assert {client_of(member).get(url).status_code for url in urls} == {404}
    assert {client_of(visitor).get(url).status_code for url in urls} == {302}


def test_the_list_can_be_searched_and_filtered(editor_of: Client) -> None:
    draft(title="A payroll")
    draft(title="B grants", form="brief")
    url = reverse(f"{SNIPPET}:list")
    found = editor_of.get(url, {"q": "payroll"}).content.decode()
    assert "A payroll" in found
    assert "B grants" not in found
    found = editor_of.get(url, {"form": "brief"}).content.decode()
    assert "B grants" in found
    assert "A payroll" not in found


def test_a_case_is_begun_with_a_title_and_says_what_is_missing(editor_of: Client) -> None:
    url = reverse(f"{SNIPPET}:add")
    sent = _sent(editor_of, url, title="A new case", form="brief")
    response = editor_of.post(url, sent, follow=True)
    case = Case.objects.get()
    assert (case.title, case.slug, case.live) == ("A new case", "a-new-case", False)
    page = response.content.decode()
    assert "Before this case can be published:" in page
    assert "Write the section “Context”." in page
    assert "Name at least 2 sources." in page


def test_the_last_editor_s_publish_is_refused_with_a_sentence_and_the_text_is_kept(editor_of: Client) -> None:
    case = draft()
    sent = _sent(editor_of, _edit(case), one_line="Changed by me.")
    response = editor_of.post(_edit(case), sent | {"action-publish": "1"}, follow=True)
    assert "You made the last change, so somebody else has to publish it." in _said(response)
    fresh = Case.objects.get(pk=case.pk)
    assert not fresh.live
    assert fresh.get_latest_revision_as_object().one_line == "Changed by me."
    assert 'name="action-publish"' not in response.content.decode()


def test_publishing_at_creation_is_refused_too(editor_of: Client) -> None:
    url = reverse(f"{SNIPPET}:add")
    response = editor_of.post(url, _sent(editor_of, url, title="At once") | {"action-publish": "1"}, follow=True)
    assert response.status_code == 200
    assert not Case.objects.get().live


def test_a_second_person_publishes_what_they_did_not_change(editor_of: Client) -> None:
    case = draft(subjects=["one", "two"])
    before = Revision.objects.count()
    response = editor_of.post(_edit(case), _sent(editor_of, _edit(case)) | {"action-publish": "1"}, follow=True)
    assert response.status_code == 200
    assert Case.objects.get(pk=case.pk).live
    assert Revision.objects.count() == before
    assert Fact.objects.filter(key=f"cases.published:{case.pk}").exists()


def test_what_is_missing_stops_a_second_person_with_a_sentence(editor_of: Client) -> None:
    case = draft(place="")
    response = editor_of.post(_edit(case), _sent(editor_of, _edit(case)) | {"action-publish": "1"}, follow=True)
    assert "Fill in “Place”." in _said(response)
    assert not Case.objects.get(pk=case.pk).live


def test_a_second_person_schedules(editor_of: Client) -> None:
    case = draft()
    when = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%d %H:%M")
    sent = _sent(editor_of, _edit(case), go_live_at=when)
    response = editor_of.post(_edit(case), sent | {"action-publish": "1"}, follow=True)
    assert "scheduled" in _said(response)
    scheduled = Case.objects.get(pk=case.pk)
    assert not scheduled.live
    assert scheduled.scheduled_revision is not None


def test_submit_approve_publish(
    editor_of: Client, client_of: Callable[[Any], Client], staff: Any, second_staff: Any
) -> None:
    case = draft(by=second_staff)
    sent = _sent(editor_of, _edit(case), one_line="Better said.")
    editor_of.post(_edit(case), sent | {"action-submit": "1"})
    assert [
        item.title for queue in waiting(staff) if queue.queue.slug == "cases-to-review" for item in queue.items
    ] == [case.title]
    # The last editor is offered no approval, and gets none by asking for it.
    page = editor_of.get(_edit(case)).content.decode()
    assert 'data-workflow-action-name="approve"' not in page
    task = TaskState.objects.get(status="in_progress")
    approve = reverse(f"{SNIPPET}:workflow_action", args=[case.pk, "approve", task.pk])
    assert editor_of.post(approve, {"comment": ""}).status_code in {302, 403}
    assert not Case.objects.get(pk=case.pk).live
    # The second person approves in the editor, without a change, and it is live.
    second = client_of(second_staff)
    sent = _sent(second, _edit(case))
    second.post(_edit(case), sent | {"action-workflow-action": "1", "workflow-action-name": "approve"})
    fresh = Case.objects.get(pk=case.pk)
    assert fresh.live
    assert fresh.one_line == "Better said."
    assert not fresh.workflow_in_progress
    assert Fact.objects.get(name="cases.CasePublished").by == second_staff


def test_approving_what_is_incomplete_is_refused_and_stays_in_review(
    client_of: Callable[[Any], Client], staff: Any, second_staff: Any
) -> None:
    case = draft(by=second_staff, lessons=[Lesson(text="Only one")])
    operations.submit_for_review(case=case, by=second_staff, at=timezone.now())
    task = TaskState.objects.get(status="in_progress")
    client = client_of(staff)
    approve = reverse(f"{SNIPPET}:workflow_action", args=[case.pk, "approve", task.pk])
    response = client.post(approve, {"comment": "Fine by me"}, follow=True)
    assert "Have at least 3 lessons." in _said(response)
    fresh = Case.objects.get(pk=case.pk)
    assert fresh.workflow_in_progress
    assert not fresh.live


def test_a_reviewer_who_changes_the_text_needs_another_reviewer(
    client_of: Callable[[Any], Client], staff: Any, second_staff: Any
) -> None:
    case = draft(by=second_staff)
    operations.submit_for_review(case=case, by=second_staff, at=timezone.now())
    client = client_of(staff)
    sent = _sent(client, _edit(case), one_line="Changed while approving.")
    client.post(_edit(case), sent | {"action-workflow-action": "1", "workflow-action-name": "approve"}, follow=True)
    assert not Case.objects.get(pk=case.pk).live


def test_the_preview_is_the_public_page_of_what_is_typed(editor_of: Client) -> None:
    case = published()
    url = reverse(f"{SNIPPET}:preview_on_edit", args=[case.pk])
    sent = _sent(editor_of, _edit(case), one_line="Typed and not saved.", context="Typed [audit-2020].")
    assert editor_of.post(url, sent).json() == {"is_valid": True, "is_available": True}
    page = editor_of.get(url)
    assert page.status_code == 200
    assert "Typed and not saved." in page.content.decode()
    assert '<a href="#source-1"' in page.content.decode()
    assert "Typed and not saved." not in Client().get(case.get_absolute_url()).content.decode()


def test_a_case_that_was_never_saved_has_a_preview(editor_of: Client) -> None:
    url = reverse(f"{SNIPPET}:preview_on_add")
    sent = _sent(editor_of, reverse(f"{SNIPPET}:add"), title="Nothing yet")
    assert editor_of.post(url, sent).json()["is_valid"]
    assert "Nothing yet" in editor_of.get(url).content.decode()


def test_rows_of_a_draft_keep_their_names_through_the_form(editor_of: Client) -> None:
    case = published()
    fresh = case.get_latest_revision_as_object()
    fresh.lessons = rows(lessons=[Lesson(text="New one"), *case.lessons.all()])["lessons"]
    operations.save_draft(case=fresh, by=fresh.latest_revision.user, at=timezone.now())
    wanted = [row["uuid"] for row in Case.objects.get(pk=case.pk).latest_revision.content["lessons"]]
    editor_of.post(_edit(case), _sent(editor_of, _edit(case), one_line="Only this."))
    content = Case.objects.get(pk=case.pk).latest_revision.content
    assert content["one_line"] == "Only this."
    assert [row["uuid"] for row in content["lessons"]] == wanted
    assert len(set(wanted)) == 4


def test_the_address_of_a_published_case_is_refused_beside_the_field(editor_of: Client) -> None:
    case = published()
    response = editor_of.post(_edit(case), _sent(editor_of, _edit(case), slug="elsewhere"))
    assert "This case was published, so its address cannot change." in response.content.decode()
    assert Case.objects.get(pk=case.pk).slug == case.slug


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b", "a\u202eb"])
def test_characters_no_database_stores_are_refused_beside_the_field(bad: str, editor_of: Client) -> None:
    case = draft()
    try:
        response = editor_of.post(_edit(case), _sent(editor_of, _edit(case), one_line=bad))
    except UnicodeEncodeError:
        return  # the test client itself cannot send it
    assert response.status_code in {200, 400}
    assert Case.objects.get(pk=case.pk).one_line == case.one_line


def test_authors_are_chosen_by_name_among_members(editor_of: Client, member: Any, pending: Any) -> None:
    found = editor_of.get(reverse("case_author_chooser:choose"), {"q": "ol"}).json()["html"]
    assert member.name in found
    assert member.email not in found
    results = editor_of.get(reverse("case_author_chooser:choose_results"), {"q": pending.name}).content.decode()
    assert "Petra Pending</a>" not in results


def _handed_in(by: Any, **fields: Any) -> Case:
    case = draft(by=by, **fields)
    operations.submit_for_review(case=case, by=by, at=timezone.now())
    return Case.objects.get(pk=case.pk)


def test_the_desk_leads_to_the_draft_and_the_second_person_publishes_there(
    editor_of: Client, second_staff: Any
) -> None:
    case = _handed_in(second_staff, one_line="Read me first.")
    url = reverse("cases:review", args=[case.slug])
    assert url in editor_of.get("/manage/").content.decode()
    assert "Read me first." in editor_of.get(url).content.decode()
    response = editor_of.post(url, {"verdict": "publish", "comment": ""})
    assert (response.status_code, response["Location"]) == (302, case.get_absolute_url())
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.live, fresh.workflow_in_progress) == (True, False)


def test_on_the_desk_too_the_last_editor_is_told_why_not(client_of: Any, second_staff: Any) -> None:
    case = _handed_in(second_staff)
    client = client_of(second_staff)
    url = reverse("cases:review", args=[case.slug])
    page = client.get(url).content.decode()
    assert "You made the last change" in page
    assert 'value="publish"' not in page
    assert "You made the last change" in _said(client.post(url, {"verdict": "publish"}))
    assert not Case.objects.get(pk=case.pk).live


def test_what_is_sent_back_needs_a_comment_and_keeps_it(editor_of: Client, second_staff: Any) -> None:
    case = _handed_in(second_staff)
    url = reverse("cases:review", args=[case.slug])
    assert "Say what has to change." in editor_of.post(url, {"verdict": "back"}).content.decode()
    editor_of.post(url, {"verdict": "back", "comment": "Name the auditor."})
    assert TaskState.objects.get(status="rejected").comment == "Name the auditor."
    assert not Case.objects.get(pk=case.pk).workflow_in_progress


def test_a_draft_edited_in_the_middle_of_its_review_is_published_as_it_is_now(
    editor_of: Client, staff: Any, second_staff: Any
) -> None:
    case = _handed_in(staff)
    edited = case.get_latest_revision_as_object()
    edited.one_line = "Changed while in review."
    operations.save_draft(case=edited, by=second_staff, at=timezone.now())
    editor_of.post(reverse("cases:review", args=[case.slug]), {"verdict": "publish"})
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.live, fresh.one_line) == (True, "Changed while in review.")
    assert not fresh.workflow_in_progress


def test_cases_past_their_review_date_stand_on_the_desk(client_of: Any, staff: Any) -> None:
    late = published(review_due=timezone.localdate() - timedelta(days=1))
    published(review_due=timezone.localdate())
    draft(review_due=timezone.localdate() - timedelta(days=1))
    page = client_of(staff).get("/manage/").content.decode()
    assert late.title in page
    (queue,) = [queue for queue in waiting(staff) if queue.queue.slug == "cases-past-review"]
    assert queue.count == 1
