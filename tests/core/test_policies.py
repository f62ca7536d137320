"""Every view names who may open it; one that does not opens for nobody."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views import View

from portal.core.middleware import DefaultDeny
from portal.core.policies import MEMBER, PUBLIC, SIGNED_IN, STAFF, SUPERUSER, policy, policy_of

pytestmark = pytest.mark.django_db

ROLES = ("visitor", "pending", "suspended", "member", "provider", "lead", "staff", "superuser")

OPEN_FOR = {
    PUBLIC: set(ROLES),
    SIGNED_IN: {"pending", "member", "provider", "lead", "staff", "superuser"},
    MEMBER: {"member", "provider", "lead", "staff", "superuser"},
    STAFF: {"staff", "superuser"},
    SUPERUSER: {"superuser"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("which", OPEN_FOR, ids=lambda which: which.name)
def test_who_may_open_what(which: Any, role: str, request: pytest.FixtureRequest) -> None:
    assert which.allows(request.getfixturevalue(role)) is (role in OPEN_FOR[which])


def test_a_superuser_who_is_suspended_opens_nothing(superuser: Any) -> None:
    superuser.standing = "suspended"
    assert not SUPERUSER.allows(superuser)
    assert not STAFF.allows(superuser)


def ask(view: Any, user: Any) -> HttpResponse | None:
    request = RequestFactory().get("/somewhere/?q=1")
    request.user = user
    return DefaultDeny(lambda request: HttpResponse()).process_view(request, view, (), {})


@MEMBER
def for_members(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def for_nobody(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class ForStaff(View):
    policy = STAFF


def test_visitors_are_asked_to_sign_in_and_come_back() -> None:
    response = ask(for_members, AnonymousUser())
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/somewhere/%3Fq%3D1")


def test_who_is_signed_in_but_may_not_gets_the_ordinary_404(pending: Any, member: Any) -> None:
    with pytest.raises(Http404):
        ask(for_members, pending)
    assert ask(for_members, member) is None
    with pytest.raises(Http404):
        ask(ForStaff.as_view(), member)


def test_in_production_a_view_without_a_policy_is_no_page_for_anybody(settings: Any, superuser: Any) -> None:
    settings.TESTING = False
    for user in (superuser, AnonymousUser()):
        with pytest.raises(Http404):
            ask(for_nobody, user)


def test_while_developing_it_is_a_fault_that_names_the_view(member: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="for_nobody"):
        ask(for_nobody, member)


def test_a_policy_is_found_on_functions_and_behind_classes() -> None:
    assert policy_of(for_members) is MEMBER
    assert policy_of(ForStaff.as_view()) is STAFF
    assert policy_of(policy(PUBLIC)(for_nobody)) is PUBLIC
    del for_nobody.policy
    assert policy_of(for_nobody) is None
