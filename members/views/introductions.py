"""Introductions: ask, answer, withdraw, say whether it helped."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.introductions import operations, queries
from members.introductions.forms import HelpedForm, PurposeForm
from members.introductions.rules import SENTENCES
from members.models import Introduction, Profile
from portal.core.access import visible_or_404
from portal.core.policies import MEMBER


@MEMBER
def introductions(request: HttpRequest) -> HttpResponse:
    """`/members/introductions/`: received, asked, made and past."""
    now = timezone.now()
    context = {"listed": queries.listed(request.user, now), "figures": queries.figures()}
    return render(request, "members/introductions.html", context)


@MEMBER
def introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/introductions/<pk>/`: one of them, with what can be done about it."""
    row = _mine(request, pk)
    seen = queries.see([row], request.user, timezone.now())[0]
    context = {"seen": seen, "own_address": queries.address_of(request.user)}
    return render(request, "members/introduction.html", context)


@MEMBER
def introduce(request: HttpRequest, handle: str) -> HttpResponse:
    """`/members/<handle>/introduce/`: asks for the purpose; says why not where it cannot be asked."""
    now = timezone.now()
    row = visible_or_404(Profile.objects.with_everything(), request.user, handle=handle)
    form = PurposeForm(request.POST or None)
    obstacle = queries.obstacle(person=row.user, by=request.user, at=now)
    if form.is_valid() and not obstacle and _ask(request, row, form):
        return redirect("members:introductions")
    context = {"form": form, "seen": row.as_seen_by(request.user), "why_not": SENTENCES.get(obstacle)}
    context["own_address"] = queries.address_of(request.user)
    return render(request, "members/introduce.html", context, status=422 if form.is_bound else 200)


def _ask(request: HttpRequest, row: Profile, form: PurposeForm) -> bool:
    try:
        operations.ask(person=row.user, by=request.user, at=timezone.now(), **form.cleaned_data)
    except operations.NotPossible as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Your request is on its way. You see here when it is accepted."))
    return True


def _mine(request: HttpRequest, pk: int) -> Introduction:
    return visible_or_404(Introduction.objects.select_related("asker__profile", "person__profile"), request.user, pk=pk)


def _act(request: HttpRequest, pk: int, operation: Callable[..., None], said: Any, **more: Any) -> HttpResponse:
    row = _mine(request, pk)
    try:
        operation(introduction=row, by=request.user, at=timezone.now(), **more)
    except operations.NotPossible as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, said)
    return redirect("members:introduction", pk=pk)


@require_POST
@MEMBER
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes: both see each other's address."""
    return _act(request, pk, operations.accept, _("Accepted. You see each other’s address now."))


@require_POST
@MEMBER
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """No, quietly."""
    return _act(request, pk, operations.decline, _("Declined. Nobody is told."))


@require_POST
@MEMBER
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's request back."""
    return _act(request, pk, operations.withdraw, _("Your request is withdrawn."))


@require_POST
@MEMBER
def helped(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of it."""
    row, form = _mine(request, pk), HelpedForm(request.POST)
    if not form.is_valid():
        return redirect("members:introduction", pk=row.pk)
    said = _("Thank you. Your answer counts in the sum; nobody is shown it.")
    return _act(request, pk, operations.say_whether_it_helped, said, answer=form.cleaned_data["answer"])
