"""Two accounts of one person, made one by staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members import merging
from members.operations import NotAllowed
from members.queries import merges
from members.roster.forms import MergeForm
from portal.core.policies import STAFF


@STAFF
def merge(request: HttpRequest) -> HttpResponse:
    """`/manage/merge/`: asks which account goes into which, shows both, then does it; and what was merged before."""
    form = MergeForm(request.POST or None, initial=request.GET.dict())
    if form.is_valid() and request.POST.get("sure"):
        try:
            done = merging.merge(by=request.user, at=timezone.now(), **form.cleaned_data)
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Merged. What was the duplicate's is in this profile now."))
            return redirect(done.kept)
    both = [form.cleaned_data[name] for name in ("kept", "gone")] if form.is_valid() else []
    context = {"form": form, "both": [row.as_seen_by(request.user) for row in both], "merges": merges()}
    return render(request, "members/merging/merge.html", context, status=422 if form.errors else 200)
