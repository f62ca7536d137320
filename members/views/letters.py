"""Letters: write, read, answer, report; and what staff do about reports."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.letters import operations, queries
from members.letters.forms import LetterForm, ReportForm
from members.letters.rules import SENTENCES
from members.models import Introduction, Letter, Profile, Report
from members.reach.operations import block
from portal.core.access import visible_or_404
from portal.core.listing import capped_count
from portal.core.policies import MEMBER, STAFF

SHOWN = 25


@MEMBER
def letters(request: HttpRequest) -> HttpResponse:
    """`/members/messages/`: what one wrote and got."""
    return render(request, "members/letters.html", {"letters": queries.letters_of(request.user)})


@MEMBER
def write(request: HttpRequest, handle: str) -> HttpResponse:
    """`/members/<handle>/write/`: a letter to somebody who takes letters; says why not where they do not."""
    now = timezone.now()
    row = visible_or_404(Profile.objects.with_everything(), request.user, handle=handle)
    form = LetterForm(request.POST or None)
    sent = _send(request, form, person=row.user) if form.is_valid() else None
    if sent:
        return redirect("members:letter", pk=sent.pk)
    refused = queries.refusal(person=row.user, by=request.user, at=now)
    context = {"form": form, "seen": row.as_seen_by(request.user), "why_not": SENTENCES.get(refused)}
    return render(request, "members/write.html", context, status=422 if form.is_bound else 200)


def _send(request: HttpRequest, form: LetterForm, **to: object) -> Letter | None:
    try:
        sent = operations.send(**to, by=request.user, at=timezone.now(), **form.cleaned_data)
    except operations.NotSent as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("Your message is on its way."))
    return sent


@MEMBER
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/messages/<pk>/`: one letter; whoever got it answers here."""
    row = visible_or_404(Letter.objects.select_related("sender", "report"), request.user, pk=pk)
    seen = queries.see([row], request.user)[0]
    form = LetterForm(request.POST or None)
    if form.is_valid() and seen.answerable:
        sent = _send(request, form, person=row.sender, answers=row)
        if sent:
            return redirect("members:letter", pk=sent.pk)
    return render(request, "members/letter.html", {"seen": seen, "form": form}, status=422 if form.is_bound else 200)


# --- reports ----------------------------------------------------------------------------------------------------


@MEMBER
def report_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/messages/<pk>/report/`: shows it to staff."""
    row = visible_or_404(Letter.objects.select_related("sender"), request.user, pk=pk)
    if row.person_id != request.user.pk:
        raise Http404
    return _report(request, row.sender, row.text, letter=row)


@MEMBER
def report_introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/introductions/<pk>/report/`: the same for the purpose of an introduction."""
    row = visible_or_404(Introduction.objects.select_related("asker"), request.user, pk=pk)
    if row.person_id != request.user.pk:
        raise Http404
    return _report(request, row.asker, row.purpose, introduction=row)


def _report(request: HttpRequest, writer: object, text: str, **what: object) -> HttpResponse:
    form = ReportForm(request.POST or None)
    if form.is_valid():
        now = timezone.now()
        operations.report(**what, note=form.cleaned_data["note"], by=request.user, at=now)
        if form.cleaned_data["block"]:
            block(other=writer, by=request.user, at=now)
        messages.success(request, _("Reported. Programme staff look at it; whoever wrote it is not told."))
        return redirect("members:letters" if "letter" in what else "members:introductions")
    return render(request, "members/report.html", {"form": form, "text": text}, status=422 if form.is_bound else 200)


@STAFF
def reports(request: HttpRequest) -> HttpResponse:
    """`/manage/reports/`: what members reported, the oldest first, with the words in question."""
    rows = queries.open_reports()
    found = queries.see_reports(rows[:SHOWN], request.user)
    return render(request, "members/reports.html", {"reports": found, "more": max(0, capped_count(rows) - SHOWN)})


@require_POST
@STAFF
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A report is dealt with."""
    row = visible_or_404(Report, request.user, pk=pk)
    operations.settle(report=row, by=request.user, at=timezone.now())
    messages.success(request, _("Settled."))
    return redirect("members:reports")
