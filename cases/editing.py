"""Wagtail's views of a case, so that a refusal is a sentence and a second reader is not taken for an editor."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, Panel
from wagtail.snippets.views import snippets

from cases import rules
from cases.publication import PublishRefused
from cases.queries import told_of
from portal.core.four_eyes import SameHand, is_last_hand, words_of
from portal.notifications.queries import NOBODY

_WITHOUT_EDITING = {"publish", "submit", "workflow-action"}
_SCHEDULE = ("go_live_at", "expire_at")


def _refusal(error: Exception) -> SafeString:
    reasons = getattr(error, "reasons", None) or [str(error)]
    return format_html(
        "{} {}",
        _("Your text is saved as a draft. It was not published:"),
        format_html_join(" ", "{}", ((reason,) for reason in reasons)),
    )


class _SaysWhy:
    """What was typed is saved; what may not be published is answered with a sentence on the editor's page."""

    def run_action_method(self) -> HttpResponse | None:
        """Publish, submit, approve."""
        try:
            return super().run_action_method()  # type: ignore[misc]
        except (PublishRefused, SameHand) as error:
            messages.error(self.request, _refusal(error))  # type: ignore[attr-defined]
            return redirect(self.get_edit_url())  # type: ignore[attr-defined]


class CaseCreateView(_SaysWhy, snippets.CreateView):
    """A new case."""


class CaseEditView(_SaysWhy, snippets.EditView):
    """Editing, publishing, approving: Wagtail saves a revision for each, we only for the first."""

    def save_instance(self) -> Any:
        """Whoever approves or publishes what they did not change leaves the revision and its author alone."""
        latest = self.object.latest_revision
        if self.action not in _WITHOUT_EDITING or latest is None:
            return super().save_instance()
        draft = self.form.save(commit=False)
        now = draft.serializable_data()
        same_schedule = all(str(now[name] or "") == str(latest.content.get(name) or "") for name in _SCHEDULE)
        if not same_schedule or words_of(now) != words_of(latest.content):
            return super().save_instance()
        self.new_revision = latest
        return draft


class CaseApprovalView(snippets.WorkflowActionView):
    """Approving from a list or with a comment."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except (PublishRefused, SameHand) as error:
            messages.error(request, _refusal(error))
            if request.headers.get("x-requested-with") == "XMLHttpRequest":
                return self.render_modal_json(request, {"step": "success", "redirect": self.redirect_url})
            return redirect(self.redirect_url)


class CarriedPanel(FieldPanel):
    """A field that comes back from the form unseen."""

    def get_form_options(self) -> dict[str, Any]:
        return {"fields": [self.field_name]}

    class BoundPanel(FieldPanel.BoundPanel):
        """Nothing but the hidden input."""

        def show_panel_furniture(self) -> bool:
            return False

        @property
        def heading(self) -> str:
            return ""

        @heading.setter
        def heading(self, value: str) -> None:
            """A hidden input has none."""

        def render_html(self, parent_context: Any = None) -> SafeString:
            return str(self.bound_field) if self.bound_field is not None else SafeString("")


class CompletenessPanel(Panel):
    """What a case lacks for publication, what its writer should look at again, and who may publish it."""

    class BoundPanel(Panel.BoundPanel):
        """Asked of the draft as it was saved last."""

        template_name = "cases/admin/completeness.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            case = self.instance
            saved = case.pk is not None
            return {
                **context,
                "saved": saved,
                "missing": rules.missing_for_publication(case) if saved else [],
                "advice": rules.advice_on_length(case) if saved else [],
                "told": told_of(case, case.latest_revision, by=self.request.user) if saved else NOBODY,
                "review_url": reverse("cases:review", args=[case.slug]) if saved else "",
                "own_change": saved and is_last_hand(self.request.user, case.latest_revision),
            }
