"""What somebody wrote in discussions, and where they are named."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.people import cards_for
from portal.core.personal import NAMELESS, extracts, holds, on_erasure
from portal.discussions.mentions import without_handle
from portal.discussions.models import Mention, Post, PostVersion

holds(
    "discussions.Thread.opened_by",
    NAMELESS,
    _("Discussions you opened"),
    {"title": "title", "in": "channel__title", "opened": "opened_at"},
)
holds(
    "discussions.Thread.closed_by",
    NAMELESS,
    _("Discussions you closed"),
    {"title": "title", "in": "channel__title", "closed": "closed_at"},
)
holds(
    "discussions.Post.author",
    NAMELESS,
    _("What you wrote in discussions"),
    {
        "discussion": "thread__title",
        "number": "number",
        "text": "body",
        "at": "at",
        "changed": "edited_at",
        "withdrawn": "withdrawn_at",
        "by_mail": "by_mail",
    },
)
holds(
    "discussions.Mention.person",
    NAMELESS,
    _("Posts that name you"),
    {"discussion": "post__thread__title", "number": "post__number", "at": "post__at"},
)
_EARLIER = {"discussion": "post__thread__title", "number": "post__number", "text": "body", "until": "until"}


@extracts("discussions-earlier-texts", _("What your posts said before you changed them"), *_EARLIER)
def earlier_texts(person: Any) -> Iterator[dict[str, Any]]:
    """The versions of the person's own posts."""
    rows = PostVersion.objects.filter(post__author=person).order_by("pk")
    for values in rows.values_list(*_EARLIER.values()):
        yield dict(zip(_EARLIER, values, strict=True))


@on_erasure
def forget_texts_and_handle(person: Any, shown_as: str) -> None:
    """What the person took back or replaced is gone; posts that stand stay, and nobody's text has the handle.

    Others answered what stands, so it stays without its author's name.
    """
    PostVersion.objects.filter(post__author=person).delete()
    Post.objects.filter(author=person).exclude(withdrawn_at=None).update(body="")
    named = Mention.objects.filter(person=person)
    handles = {card.key for card in cards_for([person.pk], person).values()} | set(
        named.values_list("handle", flat=True)
    )
    named.delete()
    for handle in handles - {""}:
        for model in (Post, PostVersion):
            for row in model.objects.filter(body__icontains=f"@{handle}").iterator():
                model.objects.filter(pk=row.pk).update(body=without_handle(row.body, handle))
