"""Listed people: imports for staff, the list for members, and the page that a listed person gets by mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from members.models import Claim, Import, Record
from members.operations import NotAllowed
from members.roster import claiming, importing, queries
from members.roster.forms import ClaimForm, ImportForm
from portal.core.access import visible_or_404
from portal.core.forms import SearchForm
from portal.core.listing import keyset_page, query_url
from portal.core.policies import MEMBER, PUBLIC, STAFF
from portal.core.rules import is_member


@STAFF
def imports(request: HttpRequest) -> HttpResponse:
    """`/manage/imports/`: a file of people is looked over; nothing is brought in yet."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, source = form.cleaned_data["file"], form.cleaned_data["source"]
        batch = importing.look_over(
            reading=form.reading, source=source, filename=file.name, by=request.user, at=timezone.now()
        )
        return redirect(batch)
    context = {"form": form, "imports": queries.imports()[:50]}
    return render(request, "members/roster/imports.html", context, status=422 if form.errors else 200)


@STAFF
def looked_over(request: HttpRequest, pk: int) -> HttpResponse:
    """`/manage/imports/<id>/`: what each line would do, or did."""
    batch = visible_or_404(Import.objects.select_related("by"), request.user, pk=pk)
    return render(request, "members/roster/import.html", {"seen": queries.looked_over(batch, request.GET)})


@require_POST
@STAFF
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Brings an import in."""
    batch = visible_or_404(Import, request.user, pk=pk)
    also = [int(number) for number in request.POST.getlist("also") if number.isdecimal() and len(number) < 8]  # noqa: PLR2004
    try:
        written = importing.apply(batch=batch, also=also, by=request.user, at=timezone.now())
    except importing.NotNow as error:
        messages.warning(request, str(error))
    else:
        words = ngettext("%(number)d person was brought in.", "%(number)d people were brought in.", written)
        messages.success(request, words % {"number": written})
    return redirect(batch)


@require_POST
@STAFF
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an import back."""
    batch = visible_or_404(Import, request.user, pk=pk)
    try:
        undone, kept = importing.undo(batch=batch, by=request.user, at=timezone.now())
    except importing.NotNow as error:
        messages.warning(request, str(error))
    else:
        words = _("Taken back: %(undone)d. Left as they are, because somebody claimed or changed them since: %(kept)d.")
        messages.success(request, words % {"undone": undone, "kept": kept})
    return redirect(batch)


@require_POST
@STAFF
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes once to everybody of an import who has an address."""
    batch = visible_or_404(Import, request.user, pk=pk)
    asked = claiming.ask_the_listed(batch=batch, by=request.user, at=timezone.now())
    words = ngettext("%(number)d person is asked by mail.", "%(number)d people are asked by mail.", asked)
    messages.success(request, words % {"number": asked})
    return redirect(batch)


# --- for members ------------------------------------------------------------------------------------------------


@MEMBER
def listed(request: HttpRequest) -> HttpResponse:
    """`/members/listed/`: who is listed by a source and has not come yet."""
    form = SearchForm(request.GET)
    valid = form.is_valid()
    rows = queries.listed(request.user, form.cleaned_data["q"] if valid else "")
    records, cursor = keyset_page(rows, order=("sort_name", "pk"), params=request.GET)
    context = {"form": form, "records": records, "next_url": query_url(request.GET, after=cursor) if cursor else ""}
    return render(request, "members/roster/listed.html", context, status=200 if valid else 400)


@MEMBER
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/listed/<id>/`: what a source says of somebody, and "this is me"."""
    row = visible_or_404(Record.objects.filter(state=Record.State.UNCLAIMED), request.user, pk=pk)
    form = ClaimForm(request.POST or None, initial={"wish": Claim.Wish.MINE})
    if form.is_valid():
        try:
            claiming.claim(record=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except claiming.AlreadyDone as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Thank you. Programme staff look at it, and you hear from them."))
        return redirect("members:record", pk=pk)
    context = {"record": row, "form": form, "claimed": queries.open_claim_of(request.user, row)}
    return render(request, "members/roster/record.html", context, status=422 if form.is_bound else 200)


# --- for the listed person --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@PUBLIC
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """`/listed/<token>/`: the page behind the link in the one mail: this is me, or please remove me."""
    row = claiming.record_of(token)
    if row is None:
        raise Http404
    wish = request.POST.get("wish", "")
    if wish == Claim.Wish.REMOVE:
        claiming.remove(record=row, at=timezone.now())
        return render(request, "members/roster/removed.html")
    if wish == Claim.Wish.MINE and is_member(request.user):
        claiming.claim_by_link(record=row, by=request.user, at=timezone.now())
        messages.success(request, _("The entry is yours now. See what your profile still lacks."))
        return redirect("members:me")
    return render(request, "members/roster/by_link.html", {"record": row, "token": token})


# --- for staff: claims ------------------------------------------------------------------------------------------


@STAFF
def claims(request: HttpRequest) -> HttpResponse:
    """`/manage/claims/`: members who say that a listed person is them."""
    waiting = [(each, queries.evidence(each)) for each in queries.open_claims()[:50]]
    return render(request, "members/roster/claims.html", {"waiting": waiting})


@require_POST
@STAFF
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Believes a claim, or does not."""
    row = visible_or_404(Claim.objects.select_related("record", "person"), request.user, pk=pk)
    decision = claiming.accept if request.POST.get("decision") == "accept" else claiming.refuse
    try:
        decision(claim=row, by=request.user, at=timezone.now())
    except (claiming.AlreadyDone, NotAllowed) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Decided. %(name)s is told.") % {"name": row.person.name})
    return redirect("members:claims")
