"""Cases in the editors' area."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.slug import SlugInput
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cases.editing import CarriedPanel, CaseApprovalView, CaseCreateView, CaseEditView, CompletenessPanel
from cases.models import Case
from cases.outline import SECTIONS
from members.models import User
from portal.core.fields import SafeFormCharField
from portal.core.four_eyes import is_last_hand


class AuthorFilterForm(BaseFilterForm):
    """Find a member by name."""

    q = SafeFormCharField(label=_("Name"), required=False, max_length=120)

    def filter(self, objects: QuerySet[User]) -> QuerySet[User]:
        name = self.cleaned_data.get("q")
        if name:
            self.is_searching, self.search_query = True, name
            objects = objects.filter(name__icontains=name)
        return super().filter(objects)


class _Authors:
    filter_form_class = AuthorFilterForm
    ordering = ["name", "pk"]

    def get_object_list(self) -> QuerySet[User]:
        return User.objects.members()


class ChooseAuthorView(_Authors, chooser.ChooseView):
    """The members, by name."""


class ChooseAuthorResultsView(_Authors, chooser.ChooseResultsView):
    """The same, while typing."""


class AuthorChooserViewSet(ChooserViewSet):
    """Choose a member as author."""

    model = User
    icon = "user"
    choose_one_text = _("Choose a member")
    choose_another_text = _("Choose another member")
    register_widget = False
    choose_view_class = ChooseAuthorView
    choose_results_view_class = ChooseAuthorResultsView


author_chooser = AuthorChooserViewSet("case_author_chooser")


@hooks.register("register_admin_viewset")
def register_author_chooser() -> AuthorChooserViewSet:
    """Its addresses lie below /cms/, for staff."""
    return author_chooser


def _section_panel(section: Any) -> FieldPanel:
    fewest, most = section.words
    help_text = format_lazy(_("{hint} {fewest} to {most} words."), hint=section.hint, fewest=fewest, most=most)
    return FieldPanel(section.name, help_text=help_text, widget=forms.Textarea(attrs={"rows": 10}))


def _text(name: str, rows: int) -> FieldPanel:
    return FieldPanel(name, widget=forms.Textarea(attrs={"rows": rows}))


def _rows(relation: str, heading: Any, label: Any, *panels: Any) -> InlinePanel:
    return InlinePanel(relation, heading=heading, label=label, panels=[CarriedPanel("uuid"), *panels])


_facts = [
    CompletenessPanel(),
    TitleFieldPanel("title", targets=["slug"]),
    FieldPanel("one_line"),
    FieldRowPanel([FieldPanel("form"), FieldPanel("slug", widget=SlugInput)]),
    FieldRowPanel([FieldPanel("illustrative"), FieldPanel("disguised")]),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("place"), FieldPanel("country")]),
            FieldRowPanel([FieldPanel("jurisdiction_level"), FieldPanel("stage")]),
            FieldRowPanel([FieldPanel("scope_of_sharing"), FieldPanel("organisational_model")]),
            FieldRowPanel([FieldPanel("mandate"), FieldPanel("period")]),
            FieldPanel("size"),
        ],
        _("Where and what"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("service_lines", widget=forms.CheckboxSelectMultiple),
            FieldPanel("challenges", widget=forms.CheckboxSelectMultiple),
            FieldPanel("funding_models", widget=forms.CheckboxSelectMultiple),
            FieldPanel("subjects"),
        ],
        _("What it is about"),
        classname="collapsed",
    ),
]
_story = [
    HelpPanel(
        _(
            "<p>Markdown: <code>**bold**</code>, <code>- list</code>, <code>[words](https://…)</code>. "
            "Write <code>[key]</code> after a statement to name its source.</p>"
        )
    ),
    *(_section_panel(section) for section in SECTIONS),
]
_results = [
    _rows(
        "results",
        _("Results"),
        _("Result"),
        FieldPanel("measure"),
        FieldRowPanel([FieldPanel("before"), FieldPanel("after"), FieldPanel("unit")]),
        FieldRowPanel([FieldPanel("date"), FieldPanel("currency"), FieldPanel("price_year")]),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("better"), FieldPanel("verified"), FieldPanel("source")]),
    ),
    _rows(
        "timeline",
        _("Timeline"),
        _("Event"),
        FieldRowPanel([FieldPanel("date"), FieldPanel("source")]),
        FieldPanel("event"),
    ),
]
_lessons = [
    _rows(
        "lessons",
        _("Lessons"),
        _("Lesson"),
        _text("text", 3),
        FieldRowPanel([FieldPanel("for_whom"), FieldPanel("when")]),
    ),
    _rows("teaching_questions", _("Teaching questions"), _("Question"), _text("text", 2)),
]
_sources = [
    _rows(
        "sources",
        _("Sources"),
        _("Source"),
        FieldRowPanel([FieldPanel("key"), FieldPanel("kind")]),
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("publisher"), FieldPanel("date")]),
        FieldRowPanel([FieldPanel("url"), FieldPanel("accessed")]),
    ),
]
_publication = [
    MultiFieldPanel([FieldPanel("author", widget=author_chooser.widget_class), FieldPanel("credit")], _("Credit")),
    MultiFieldPanel([FieldPanel("audience"), FieldPanel("teaser"), FieldPanel("review_due")], _("Readers")),
    MultiFieldPanel(
        [FieldPanel("advice_question"), _text("advice_background", 4), FieldPanel("advice_until")],
        _("Advice wanted"),
    ),
    _text("editor_note", 4),
    PublishingPanel(),
]


class CaseViewSet(SnippetViewSet):
    """The list and the editor of cases."""

    model = Case
    icon = "doc-full"
    menu_label = _("Cases")
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["title", "form", "jurisdiction_level", "first_published_at"]
    list_filter = ["form", "stage", "jurisdiction_level", "live", "audience"]
    list_per_page = 50
    # Wagtail's own search does not come back for a word that is in every case ("shared services").
    search_fields = ["title", "one_line", "place"]
    search_backend_name = None
    add_view_class = CaseCreateView
    edit_view_class = CaseEditView
    workflow_action_view_class = CaseApprovalView
    edit_handler = TabbedInterface(
        [
            ObjectList(_facts, heading=_("Facts")),
            ObjectList(_story, heading=_("Story")),
            ObjectList(_results, heading=_("Results")),
            ObjectList(_lessons, heading=_("Lessons")),
            ObjectList(_sources, heading=_("Sources")),
            ObjectList(_publication, heading=_("Publication")),
        ]
    )

    def get_queryset(self, request: Any) -> QuerySet[Case]:
        """With what the list shows joined; the newest change first."""
        return Case.objects.select_related("jurisdiction_level").order_by("-latest_revision_id", "-pk")


register_snippet(CaseViewSet)


@hooks.register("construct_snippet_action_menu")
def offer_what_is_allowed(menu_items: list[Any], request: Any, context: dict[str, Any]) -> None:
    """No button that would only be refused: whoever made the last change cannot publish it."""
    if context["model"] is not Case:
        return
    case = context.get("instance")
    if case is None or is_last_hand(request.user, case.latest_revision):
        menu_items[:] = [item for item in menu_items if item.name != "action-publish"]


@hooks.register("register_log_actions")
def register_decisions(actions: Any) -> None:
    """What staff decide about a case stands in its history."""
    actions.register_action("cases.archived", _("Archive"), _("Archived"))
    actions.register_action("cases.withdrawn", _("Withdraw"), _("Withdrawn"))
    actions.register_action("cases.hidden", _("Hide"), _("Hidden"))
    actions.register_action("cases.restored", _("Restore"), _("Restored"))
