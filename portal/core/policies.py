"""Who may open an address: every view names one of these, and a view without one opens for nobody.

Policies answer for whole addresses. Which rows somebody sees is `visible_to(user)` on the model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from portal.core.rules import is_member, is_signed_in, is_staff_member

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """A name, a sentence for the documentation, and the predicate."""

    name: str
    sentence: Any
    allows: Callable[[Any], bool]

    def __call__(self, view: View) -> View:
        """Mark a function view: `@MEMBER`."""
        view.policy = self  # type: ignore[attr-defined]
        return view


PUBLIC = Policy("public", _("Anyone, signed in or not."), lambda user: True)
SIGNED_IN = Policy("signed-in", _("Anyone with an active account."), is_signed_in)
MEMBER = Policy("member", _("Approved members."), is_member)
STAFF = Policy("staff", _("Programme staff."), is_staff_member)
SUPERUSER = Policy(
    "superuser", _("Superusers."), lambda user: is_staff_member(user) and bool(getattr(user, "is_superuser", False))
)


def policy(which: Policy) -> Callable[[View], View]:
    """Decorator form for function views: `@policy(MEMBER)`."""
    return which


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The policy a view declares: on the function, or on the class behind `as_view()`."""
    view_class = getattr(view, "view_class", None)
    return getattr(view, "policy", None) or getattr(view_class, "policy", None)


def governed(which: Policy, patterns: Any) -> Any:
    """Give every view of somebody else's URLconf (allauth, Wagtail) a policy; used in `portal.urls` alone."""
    entries = patterns[0] if isinstance(patterns, tuple) else patterns
    for entry in getattr(entries, "urlpatterns", entries):
        if isinstance(entry, URLResolver):
            governed(which, entry.url_patterns)
        elif isinstance(entry, URLPattern) and policy_of(entry.callback) is None:
            entry.callback = which(_wrapped(entry.callback))
    return patterns


def _wrapped(view: Callable[..., Any]) -> Callable[..., Any]:
    """A function of its own: methods take no attributes, and a shared view may stand under two policies."""

    @wraps(view)
    def call(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return call


def may_open(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether the visitor's policy check passes; False for a view without a policy."""
    declared = policy_of(view)
    return declared is not None and declared.allows(request.user)
