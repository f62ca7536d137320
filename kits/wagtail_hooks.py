"""Kits in the editors' area."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from kits.models import Kit


class KitViewSet(SnippetViewSet):
    """Editing a kit's text and its list of components. Releases are made by an operation and never edited."""

    model = Kit
    icon = "folder-open-inverse"
    menu_label = _("Kits")
    menu_order = 220
    add_to_admin_menu = True
    list_display = ["title", "audience", "live"]
    search_fields = ["title", "summary"]
    search_backend_name = None
    panels = [
        MultiFieldPanel([FieldPanel("title"), FieldPanel("slug"), FieldPanel("summary")], _("Kit")),
        FieldPanel("intro", help_text=_("Markdown.")),
        FieldPanel("audience"),
        InlinePanel("components", label=_("Component")),
    ]


register_snippet(KitViewSet)
