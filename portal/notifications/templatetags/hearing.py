"""`{% load hearing %}{% hearing thing %}`: how much its reader hears of a thing, and the way to change it."""

from typing import Any

from django import template

from portal.notifications import hearing as heard_of

register = template.Library()


@register.inclusion_tag("components/hearing.html", takes_context=True)
def hearing(context: template.Context, thing: Any, thread: str = "") -> dict[str, Any]:
    """Follow, everything, normal, muted; nothing for whoever is no member.

    `thing` is a channel, or a row of `with_hearing`, which costs no query; for a conversation give its
    `thread` as well.
    """
    request = context.get("request")
    heard = heard_of.hearing(getattr(request, "user", None), thing, thread)
    return {"heard": heard, "next": request.path if request else ""}
