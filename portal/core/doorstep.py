"""What a visitor gets below a members' area: one page, the same for what is hidden and for what does not exist.

A link that a member passed on must lead somewhere; a bare form to sign in tells its reader nothing. Which addresses
are members' areas: `settings.MEMBERS_AREAS`. Objects that are flagged as teasers have a page of their own.
"""

from django.conf import settings
from django.http import HttpRequest

from portal.core.rules import is_signed_in

# One's own pages are nobody's shared link: signing in is all there is to do.
OWN = ("/members/me/",)


def at_the_door(request: HttpRequest) -> bool:
    """Whether this is a visitor who opens a page of a members' area in a browser.

    Programs ask for files (`.ics`, `.csv`, no slash at the end) or for no HTML at all: they get the plain answer.
    """
    path = request.path_info
    return (
        request.method in {"GET", "HEAD"}
        and path.endswith("/")
        and path.startswith(tuple(settings.MEMBERS_AREAS))
        and not path.startswith(OWN)
        and not is_signed_in(getattr(request, "user", None))
        and request.accepts("text/html")
    )
