"""The library, a case, and what staff decide about one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import filters, operations, queries
from cases.forms import StandingForm
from cases.models import Case
from portal.core.access import visible_or_404
from portal.core.policies import PUBLIC, STAFF


@PUBLIC
def library(request: HttpRequest) -> HttpResponse:
    """`/cases/`: the library with its filters."""
    found = filters.library(request.GET, request.user)
    return render(request, "cases/library.html", {"library": found}, status=found.status)


@PUBLIC
def case(request: HttpRequest, slug: str) -> HttpResponse:
    """`/cases/<slug>/`: the case; its teaser; "withdrawn"; or 404, the same for hidden and for missing."""
    found = queries.readable(slug, request.user)
    if found is not None:
        return render(request, "cases/case.html", queries.page_of(found, request.user))
    if (teaser := queries.teased(slug, request.user)) is not None:
        return render(request, "cases/teaser.html", {"teaser": queries.teaser_of(teaser)})
    if queries.is_withdrawn_for(slug, request.user):
        return render(request, "410.html", status=410)
    return visible_or_404(Case, request.user, slug=slug)


@STAFF
def standing(request: HttpRequest, slug: str) -> HttpResponse:
    """`/manage/cases/<slug>/`: archive, withdraw, hide, or lift it."""
    found = visible_or_404(Case.objects.select_related("channel", "standing"), request.user, slug=slug)
    form = StandingForm(request.POST or None, initial=queries.decision_on(found))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["state"] == form.ORDINARY:
            operations.restore(case=found, by=request.user, at=timezone.now())
        else:
            operations.decide(case=found, **said, by=request.user, at=timezone.now())
        messages.success(request, _("Saved. Readers see it from now on."))
        return redirect(found)
    context = {"form": form, "title": str(found), "url": found.get_absolute_url()}
    return render(request, "cases/standing.html", context)
