"""The first visit of a new member: three steps, each of which may be left out, and something to do at the end."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from members.models import FirstVisit
from members.seen import see_card
from members.welcome import operations, queries
from members.welcome.progress import progress
from members.welcome.steps import STEPS
from portal.core.policies import MEMBER


@MEMBER
def welcome(request: HttpRequest) -> HttpResponse:
    """`/members/me/welcome/`: on to the first step to come; after the last one, what to do now."""
    profile = queries.profile_of(request.user)
    if profile is None:
        return redirect("members:edit")
    visit = queries.visit_of(profile)
    if following := queries.next_step(visit):
        return redirect("members:welcome-step", step=following)
    context = {"after": queries.after_visit(profile), "progress": progress(visit)}
    return render(request, "members/welcome/after.html", context | {"me": see_card(profile, request.user)})


@MEMBER
def step(request: HttpRequest, step: str) -> HttpResponse:
    """`/members/me/welcome/<step>/`: one step."""
    here, profile = STEPS.get(step), queries.profile_of(request.user)
    if here is None:
        raise Http404
    if profile is None:
        return redirect("members:edit")
    skipping = "skip" in request.POST
    form = here.form(request.POST if request.method == "POST" and not skipping else None, initial=here.initial(profile))
    if skipping or form.is_valid():
        return _onwards(request, step, {} if skipping else form.cleaned_data, skipped=skipping)
    context = {"form": form, "step": here, "progress": progress(queries.visit_of(profile), step)}
    context |= here.shows(profile) | {"me": see_card(profile, request.user)}
    return render(request, f"members/welcome/{here.slug}.html", context, status=422 if form.is_bound else 200)


def _onwards(request: HttpRequest, step: str, said: dict[str, object], *, skipped: bool) -> HttpResponse:
    outcome, now = FirstVisit.Outcome.SKIPPED if skipped else FirstVisit.Outcome.DONE, timezone.now()
    if not skipped:
        STEPS[step].write(by=request.user, at=now, **said)
    operations.settle(step=step, outcome=outcome, by=request.user, at=now)
    return redirect("members:welcome")
