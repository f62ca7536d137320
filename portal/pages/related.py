"""What blocks show from elsewhere: documents, linked pages and cases, as far as their reader may see them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.template.defaultfilters import filesizeformat
from wagtail.documents import get_document_model

from cases.models import Case
from cases.queries import entries
from portal.core.cards import EntryCard, FileCard
from portal.pages.addresses import addresses_for
from portal.pages.privacy import documents_for


def reader(context: dict[str, Any] | None) -> Any:
    """Who reads the page that is being rendered; nobody in particular where there is no request."""
    request = (context or {}).get("request")
    return getattr(request, "user", None) or AnonymousUser()


def open_documents(documents: Sequence[Any], viewer: Any) -> list[Any]:
    """Those of `documents` that `viewer` may download, in their order."""
    keys = {document.pk for document in documents}
    if not keys:
        return []
    rows = get_document_model().objects.filter(pk__in=keys)
    allowed = set(documents_for(rows, viewer).values_list("pk", flat=True))
    return [document for document in documents if document.pk in allowed]


def document_card(document: Any, label: str = "") -> FileCard:
    """A document as a line with format and size."""
    # The stored size: Wagtail's own reader writes it where it is missing, and reading a page must write nothing.
    kind, size = document.file_extension.upper(), document.file_size
    meta = f"{kind}, {filesizeformat(size)}" if size else kind
    return FileCard(title=label or document.title, url=document.url, meta=meta, icon="download")


def link_cards(links: Iterable[Any], viewer: Any) -> list[FileCard]:
    """The links of a list as lines; pages and documents that `viewer` may not open are left out."""
    links = list(links)
    addresses = addresses_for({link["page"].pk for link in links if link["page"]}, viewer)
    documents = open_documents([link["document"] for link in links if link["document"]], viewer)
    allowed = {document.pk for document in documents}
    cards = []
    for link in links:
        if link["page"] and link["page"].pk in addresses:
            cards.append(FileCard(title=link["label"], url=addresses[link["page"].pk], icon="chevron-right"))
        elif link["document"] and link["document"].pk in allowed:
            cards.append(document_card(link["document"], link["label"]))
        elif link["url"]:
            outside = not link["url"].startswith("/")
            icon = "external-link" if outside else "chevron-right"
            cards.append(FileCard(title=link["label"], url=link["url"], icon=icon))
    return cards


def cases(challenge: str, viewer: Any, number: int) -> list[EntryCard]:
    """The latest cases on a challenge."""
    rows = Case.objects.visible_to(viewer).listed().filter(challenges__slug=challenge)
    return entries(rows.order_by("-first_published_at", "-pk")[:number])
