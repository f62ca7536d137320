"""The register of spokespeople, one's own consent, and every consent for staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.spokespeople import operations, queries
from members.spokespeople.forms import ConsentForm
from portal.core.listing import keyset_page, query_url
from portal.core.policies import MEMBER, PUBLIC, STAFF

ORDER = ("sort_name", "pk")


@PUBLIC
def spokespeople(request: HttpRequest) -> HttpResponse:
    """`/members/spokespeople/`: who can be asked to speak about what; visitors find who agreed to be found by them."""
    now, wanted = timezone.now(), queries.wanted_from(request.GET)
    people = queries.with_details(queries.spokespeople(request.user, now, wanted))
    rows, cursor = keyset_page(people, order=ORDER, params=request.GET)
    context = {
        "people": queries.see(rows, request.user),
        "wanted": wanted,
        "choices": queries.choices(request.user, now),
        "next_url": query_url(request.GET, after=cursor) if cursor else "",
        "first_url": query_url(request.GET) if request.GET.get("after") else "",
    }
    return render(request, "members/spokespeople.html", context)


@MEMBER
def my_consent(request: HttpRequest) -> HttpResponse:
    """`/members/me/spokesperson/`: what one agrees to, since when and until when."""
    now, row = timezone.now(), queries.own_consent(request.user)
    form = ConsentForm(request.POST or None, person=request.user, initial=ConsentForm.initial_of(row))
    if form.is_valid():
        operations.agree(terms=form.terms(), by=request.user, at=now)
        messages.success(request, _("You are in the register for twelve months from today."))
        return redirect("members:my-consent")
    context = {"form": form, "consent": row, "standing": queries.standing_of(row, now) if row else "", "now": now}
    return render(request, "members/my_consent.html", context, status=422 if form.is_bound else 200)


@require_POST
@MEMBER
def renew_consent(request: HttpRequest) -> HttpResponse:
    """The same for twelve months more."""
    try:
        operations.renew(by=request.user, at=timezone.now())
    except operations.NotPossible as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Renewed for twelve months from today."))
    return redirect("members:my-consent")


@require_POST
@MEMBER
def withdraw_consent(request: HttpRequest) -> HttpResponse:
    """Gone from the register at once."""
    operations.withdraw(by=request.user, at=timezone.now())
    messages.success(request, _("You are no longer in the register."))
    return redirect("members:my-consent")


@STAFF
def consents(request: HttpRequest) -> HttpResponse:
    """`/manage/spokespeople/`: every consent, those that run out first at the top."""
    order = ("user__spokesperson__expires_at", "pk")
    rows, cursor = keyset_page(queries.consents(request.user), order=order, params=request.GET)
    context = {
        "consents": queries.see_consents(rows, request.user, timezone.now()),
        "next_url": query_url(request.GET, after=cursor) if cursor else "",
        "first_url": query_url(request.GET) if request.GET.get("after") else "",
    }
    return render(request, "members/consents.html", context)
