"""What a page can be made of. Templates: templates/pages/blocks/."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from portal.pages import related
from portal.pages.pictures import PictureChoice
from portal.taxonomy.models import Challenge

# What a paragraph may hold; headings, pictures, quotations and documents are blocks of their own.
RICH = ["bold", "italic", "link", "ol", "ul"]


class Heading(blocks.StructBlock):
    """A heading inside the page; the page's title is the only one above it."""

    text = blocks.CharBlock(max_length=160, label=_("Words"))
    level = blocks.ChoiceBlock(
        choices=[("2", _("Section")), ("3", _("Part of a section"))], default="2", label=_("Level")
    )

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "pages/blocks/heading.html"


class Paragraph(blocks.RichTextBlock):
    """Running text with links and lists."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"features": RICH, **kwargs})

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "pages/blocks/paragraph.html"


class Quote(blocks.StructBlock):
    """What somebody said."""

    words = blocks.TextBlock(max_length=600, label=_("What was said"))
    source = blocks.CharBlock(required=False, max_length=160, label=_("Who said it, and where"))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "pages/blocks/quote.html"


class Note(blocks.StructBlock):
    """A remark that stands apart."""

    tone = blocks.ChoiceBlock(
        choices=[("info", _("To know")), ("good", _("Good news")), ("call", _("Something is needed"))],
        default="info",
        label=_("Kind"),
    )
    text = blocks.RichTextBlock(features=["bold", "italic", "link"], label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Note")
        template = "pages/blocks/note.html"


class Figure(blocks.StructBlock):
    """A picture with its caption."""

    image = PictureChoice(label=_("Picture"))
    caption = blocks.CharBlock(required=False, max_length=300, label=_("Caption"))

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "pages/blocks/figure.html"


class Link(blocks.StructBlock):
    """A link to one thing: a page, a document, or an address."""

    label = blocks.CharBlock(max_length=160, label=_("Words of the link"))
    page = blocks.PageChooserBlock(required=False, label=_("Page"))
    document = DocumentChooserBlock(required=False, label=_("Document"))
    url = blocks.CharBlock(
        required=False, max_length=300, label=_("Address"), help_text=_("Begins with https:// or, on this site, with /")
    )

    def clean(self, value: Any) -> Any:
        """Exactly one target, and an address that a reader can follow."""
        cleaned = super().clean(value)
        targets = [name for name in ("page", "document", "url") if cleaned.get(name)]
        if len(targets) != 1:
            raise blocks.StructBlockValidationError(
                non_block_errors=[ValidationError(_("Choose one: a page, a document or an address."))]
            )
        if cleaned["url"] and not cleaned["url"].startswith(("/", "https://", "http://", "mailto:")):
            wrong = ValidationError(_("Begin with https://, http://, mailto: or /."))
            raise blocks.StructBlockValidationError(block_errors={"url": wrong})
        return cleaned

    class Meta:
        icon = "link"
        label = _("Link")


class Links(blocks.StructBlock):
    """A list of links. What the reader may not open is left out."""

    heading = blocks.CharBlock(required=False, max_length=160, label=_("Heading"))
    items = blocks.ListBlock(Link(), min_num=1, label=_("Links"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        return {**context, "files": related.link_cards(value["items"], related.reader(parent_context))}

    class Meta:
        icon = "list-ul"
        label = _("List of links")
        template = "pages/blocks/links.html"


class Fact(blocks.StructBlock):
    """One line of a fact sheet."""

    name = blocks.CharBlock(max_length=120, label=_("What"))
    value = blocks.CharBlock(max_length=300, label=_("Value"))

    class Meta:
        icon = "table"
        label = _("Fact")


class Step(blocks.StructBlock):
    """One step of an instruction."""

    title = blocks.CharBlock(max_length=160, label=_("What to do"))
    text = blocks.RichTextBlock(required=False, features=["bold", "italic", "link"], label=_("How"))

    class Meta:
        icon = "list-ol"
        label = _("Step")


class Download(blocks.StructBlock):
    """A document to take home, with its format and size."""

    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(required=False, max_length=160, label=_("Name, if another one reads better"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        document, label = value["document"], value["title"]
        open_to_reader = related.open_documents([document] if document else [], related.reader(parent_context))
        return {**context, "files": [related.document_card(each, label) for each in open_to_reader]}

    class Meta:
        icon = "download"
        label = _("Download")
        template = "pages/blocks/links.html"


def challenges() -> list[tuple[str, str]]:
    """The five challenges, for a choice; read when the form is shown."""
    return list(Challenge.objects.order_by("position").values_list("slug", "label"))


class RelatedCases(blocks.StructBlock):
    """The latest cases on a challenge, as far as the reader may see them."""

    heading = blocks.CharBlock(required=False, max_length=160, label=_("Heading"))
    challenge = blocks.ChoiceBlock(choices=challenges, label=_("Challenge"))
    number = blocks.IntegerBlock(min_value=1, max_value=6, default=3, label=_("How many"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        viewer = related.reader(parent_context)
        return {**context, "entries": related.cases(value["challenge"], viewer, value["number"])}

    class Meta:
        icon = "doc-full-inverse"
        label = _("Cases on a challenge")
        template = "pages/blocks/related_cases.html"


class Body(blocks.StreamBlock):
    """The blocks of a page."""

    heading = Heading()
    paragraph = Paragraph()
    quote = Quote()
    note = Note()
    picture = Figure()
    links = Links()
    facts = blocks.ListBlock(Fact(), icon="table", label=_("Facts"), template="pages/blocks/facts.html", min_num=1)
    steps = blocks.ListBlock(Step(), icon="list-ol", label=_("Steps"), template="pages/blocks/steps.html", min_num=1)
    download = Download()
    related_cases = RelatedCases()

    class Meta:
        # One query each, so a page has at most two.
        block_counts = {"related_cases": {"max_num": 2}}
