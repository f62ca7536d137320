"""The saved searches of a member."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.alerts import operations, queries
from cases.models import SavedSearch
from portal.core.access import visible_or_404
from portal.core.policies import MEMBER
from portal.follows.queries import followed_challenges


@MEMBER
def saved(request: HttpRequest) -> HttpResponse:
    """`/cases/saved/`: what one is told of when it comes; POST saves the library's `search` and leads back to it."""
    if request.method == "POST":
        return _save(request)
    context = {"searches": queries.saved_by(request.user), "challenges": followed_challenges(request.user)}
    return render(request, "cases/saved.html", context | {"limit": queries.LIMIT})


def _save(request: HttpRequest) -> HttpResponse:
    try:
        search = operations.save_search(
            params=QueryDict(request.POST.get("search", "")), by=request.user, at=timezone.now()
        )
    except operations.NotSaved as refusal:
        messages.error(request, str(refusal))
        return redirect("cases:saved")
    messages.success(request, _("Saved. You are told of each new case that fits."))
    return redirect(search)


@require_POST
@MEMBER
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """`/cases/saved/<id>/remove/`: told no more of what fits; back to the list, or with `back` to the library."""
    search = visible_or_404(SavedSearch, request.user, pk=pk)
    operations.remove_search(search=search, by=request.user)
    messages.success(request, _("Removed. You are told no more of what fits this search."))
    return redirect(search if "back" in request.POST else "cases:saved")
