"""Organisations in the editors' area: names and place. Domains and merging are at `/manage/organisations/`."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from members.models import Organisation


class NamesField(forms.CharField):
    """A list of names, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]
        text = super().to_python(value)
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class OrganisationForm(WagtailAdminModelForm):
    """Other names as people type them."""

    other_names = NamesField(
        label=_("Other names"),
        required=False,
        help_text=_("One a line: short names, former names, names in other languages. Search finds all of them."),
    )


class OrganisationViewSet(SnippetViewSet):
    """The list and the form."""

    model = Organisation
    icon = "group"
    menu_label = _("Organisations")
    add_to_admin_menu = True
    menu_order = 320
    list_display = ["name", "level", "country", "place", "body"]
    list_filter = ["level", "body"]
    search_fields = ["name", "place"]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("slug"),
            FieldPanel("other_names"),
            FieldPanel("body"),
            FieldPanel("level"),
            FieldPanel("country"),
            FieldPanel("place"),
            FieldPanel("parent"),
        ],
        base_form_class=OrganisationForm,
    )


register_snippet(OrganisationViewSet)
