"""Editorial pages: few, in a tree, written by programme staff in Wagtail with drafts, preview and a second reader.

What members make (cases, groups, kits) is never a page; pages only show it.
"""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.documents.models import AbstractDocument
from wagtail.images import get_image_model
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from cases.queries import counts_by_challenge
from portal.core.fields import SafeCharField, SafeTextField
from portal.pages import blocks, privacy, workflow
from portal.pages.addresses import address_of
from portal.pages.fields import BodyField
from portal.pages.forms import EditorialPageForm
from portal.pages.pictures import with_renditions
from portal.taxonomy.models import Challenge


def private_storage() -> Any:
    """Looked up when used, so that tests and production can differ."""
    return storages["private"]


class PrivateDocument(AbstractDocument):
    """A file to download. It lies where no address leads; Wagtail's view serves it to those who may have it."""

    file = models.FileField(_("file"), upload_to="documents", storage=private_storage)

    admin_form_fields = ("title", "file", "collection", "tags")


class EditorialQuerySet(PageQuerySet):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Published pages that `user` may read: the privacy that editors set, for a page and all above it."""
        return privacy.readable_by(self, user)


EditorialManager = PageManager.from_queryset(EditorialQuerySet)


class EditorialPage(Page):
    """What all pages share: a summary, a picture at the top if there is one, and a body of blocks."""

    summary = SafeTextField(
        _("summary"),
        max_length=300,
        help_text=_("One or two sentences. They stand under the title, in lists and in search engines."),
    )
    lead_image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture at the top"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lead_image_alt = SafeCharField(
        _("what the picture shows"),
        max_length=300,
        blank=True,
        help_text=_("For readers who do not see it. Leave it empty only if the picture is an ornament."),
    )
    lead_image_decorative = models.BooleanField(_("only an ornament"), default=False)
    body = BodyField(blocks.Body(), verbose_name=_("body"), blank=True)

    objects = EditorialManager()

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_image_alt"), FieldPanel("lead_image_decorative")],
            _("Picture at the top"),
            classname="collapsed",
        ),
        FieldPanel("body"),
    ]
    # The summary is what search engines show: one text, written once.
    promote_panels = [FieldPanel("slug"), FieldPanel("seo_title")]
    allowed_http_methods = ["GET", "HEAD", "OPTIONS"]
    base_form_class = EditorialPageForm

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        """The page's address on this site."""
        return address_of(self)

    @cached_property
    def lead_picture(self) -> Any:
        """The picture at the top with its sizes, or None."""
        if not self.lead_image_id:
            return None
        return with_renditions(get_image_model().objects.filter(pk=self.lead_image_id)).first()

    def clean(self) -> None:
        """A picture needs words."""
        super().clean()
        if self.lead_image_id and not self.lead_image_alt and not self.lead_image_decorative:
            raise ValidationError(
                {"lead_image_alt": _("Say what the picture shows, or tick that it is only an ornament.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new page is a draft, whoever makes it: the second person comes at publication. Aliases have none."""
        if self._state.adding and self.live and not self.alias_of_id:
            self.live = False
        super().save(*args, **kwargs)

    def publish(self, revision: Any, user: Any = None, **options: Any) -> Any:
        """Publish or schedule a revision. Raises four_eyes.SameHand when `user` made the last change to it."""
        workflow.refuse_same_hand(revision, user)
        return super().publish(revision, user=user, **options)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.pages import queries  # noqa: PLC0415 -- reads need this model

        context = super().get_context(request, *args, **kwargs)
        return {**context, "trail": queries.trail_of(self, request.user)}


class HomePage(EditorialPage):
    """`/`: what the community is for a visitor; for a member what needs them. Its words are edited, figures counted."""

    headline = SafeCharField(_("headline"), max_length=160)
    invitation = SafeCharField(_("invitation at the end"), max_length=120)
    invitation_text = SafeTextField(_("text of the invitation"), max_length=300, blank=True)
    quote = SafeTextField(_("quotation at the end"), max_length=300, blank=True)
    quote_source = SafeCharField(_("who said it"), max_length=160, blank=True)

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["pages.LandingPage", "pages.ArticlePage", "pages.ProgrammePage"]
    # A private home page would close the whole site.
    private_page_options: list[str] = []
    template = "pages/home.html"

    content_panels = [
        FieldPanel("title"),
        FieldPanel("headline"),
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("invitation"), FieldPanel("invitation_text")], _("Invitation")),
        MultiFieldPanel([FieldPanel("quote"), FieldPanel("quote_source")], _("Quotation")),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def serve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The visitor's home, or what needs the member who asks."""
        from portal.pages import home  # noqa: PLC0415 -- needs this model

        return home.response(self, request)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What a preview shows: the visitor's home with the words as they are being edited."""
        from portal.pages import home  # noqa: PLC0415 -- needs this model

        return {**Page.get_context(self, request), **home.for_visitor(self, request)}


class LandingPage(EditorialPage):
    """A page that leads to the pages below it: challenges, the plan, help."""

    class Listing(models.TextChoices):
        """How the pages below are shown."""

        ENTRIES = "entries", _("As entries, one below the other")
        NUMBERED = "numbered", _("As numbered columns")
        PLAN = "plan", _("As the plan: cells and elements")

    listing = models.CharField(_("pages below"), max_length=10, choices=Listing, default=Listing.ENTRIES)

    subpage_types = ["pages.LandingPage", "pages.ArticlePage", "pages.ProgrammePage"]
    parent_page_types = ["pages.HomePage", "pages.LandingPage"]
    template = "pages/landing.html"
    content_panels = [*EditorialPage.content_panels, FieldPanel("listing")]

    class Meta:
        verbose_name = _("landing page")
        verbose_name_plural = _("landing pages")

    def get_template(self, request: Any, *args: Any, **kwargs: Any) -> str:
        return "pages/plan.html" if self.listing == self.Listing.PLAN else self.template

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.pages import queries  # noqa: PLC0415 -- reads need this model

        context = super().get_context(request, *args, **kwargs)
        children = queries.children_of(self, request.user)
        if self.listing == self.Listing.PLAN:
            return {**context, "plan": queries.plan_in(children)}
        counts = counts_by_challenge(request.user) if self.listing == self.Listing.NUMBERED else {}
        return {**context, "children": queries.entries(children), "numbered": queries.numbered(children, counts)}


class ArticlePage(EditorialPage):
    """A page to read: about, privacy, a help text, a call for contributions."""

    subpage_types: list[str] = []
    parent_page_types = ["pages.HomePage", "pages.LandingPage"]
    template = "pages/article.html"

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")


class ProgrammePage(EditorialPage):
    """A part of the programme that is cited by its number: a challenge, an element of the plan, an action item."""

    class Part(models.TextChoices):
        """What it is a part of."""

        CHALLENGE = "challenge", _("Challenge")
        ELEMENT = "element", _("Element")
        ACTION = "action", _("Action item")

    part = models.CharField(_("part"), max_length=10, choices=Part)
    number = models.PositiveSmallIntegerField(_("number"))
    element = models.ForeignKey(
        "self",
        verbose_name=_("element it belongs to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="actions",
        limit_choices_to={"part": "element"},
        help_text=_("For action items."),
    )
    challenges = ParentalManyToManyField(
        Challenge, verbose_name=_("challenges"), blank=True, related_name="programme_pages"
    )

    subpage_types: list[str] = []
    parent_page_types = ["pages.HomePage", "pages.LandingPage"]
    template = "pages/programme.html"
    content_panels = [
        *EditorialPage.content_panels[:1],
        MultiFieldPanel(
            [FieldPanel("part"), FieldPanel("number"), FieldPanel("element"), FieldPanel("challenges")],
            _("Place in the programme"),
        ),
        *EditorialPage.content_panels[1:],
    ]

    class Meta:
        verbose_name = _("programme page")
        verbose_name_plural = _("programme pages")
        indexes = [models.Index(fields=["part", "number"], name="programme_by_number")]

    def clean(self) -> None:
        """A number is cited, so it is given once; only action items belong to an element."""
        super().clean()
        if self.part != self.Part.ACTION and self.element_id:
            raise ValidationError({"element": _("Only action items belong to an element.")})
        others = ProgrammePage.objects.filter(part=self.part, number=self.number).exclude(pk=self.pk)
        if self.part and others.exists():
            raise ValidationError({"number": _("Another page has this number.")})

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.pages import queries  # noqa: PLC0415 -- reads need this model

        context = super().get_context(request, *args, **kwargs)
        return {**context, "place": queries.place_of(self, request.user)}
