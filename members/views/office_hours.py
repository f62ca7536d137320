"""Office hours: what is offered, taking a place, and what whoever offers them does."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Booking, OfficeHours
from members.office_hours import operations, queries
from members.office_hours.calendars import calendar
from members.office_hours.forms import BookForm, ChangeForm, DayForm, OfferForm
from portal.core.access import visible_or_404
from portal.core.listing import keyset_page, query_url
from portal.core.policies import MEMBER
from portal.meetings.feeds import calendar_response


@MEMBER
def office_hours(request: HttpRequest) -> HttpResponse:
    """`/members/office-hours/`: who can be asked when, and the places one has or has given."""
    now = timezone.now()
    rows, cursor = keyset_page(queries.on_offer(request.user), order=("-pk",), params=request.GET)
    context = {
        "offers": queries.see(rows, request.user, now),
        "bookings": queries.bookings(request.user, now),
        "next_url": query_url(request.GET, after=cursor) if cursor else "",
        "first_url": query_url(request.GET) if request.GET.get("after") else "",
    }
    return render(request, "members/office_hours.html", context)


@MEMBER
def offer_hour(request: HttpRequest) -> HttpResponse:
    """`/members/office-hours/offer/`: an hour a week, by one's own clock."""
    form = OfferForm(request.POST or None)
    if form.is_valid():
        what, key = form.offer(request.user.zone.key), form.cleaned_data["key"]
        made = _tried(form, operations.offer, what=what, key=key, by=request.user, at=timezone.now())
        if made:
            messages.success(request, _("Your hour is offered. Members can take a place in it now."))
            return redirect(made)
    context = {"form": form, "now": timezone.now(), "zone": request.user.zone}
    return render(request, "members/offer_hour.html", context, status=422 if form.is_bound else 200)


def _tried(form: Any, operation: Callable[..., Any], **arguments: Any) -> Any:
    """What the operation gave; None when the rules stand in the way, and then the form says why."""
    try:
        return operation(**arguments) or True
    except operations.NotPossible as error:
        form.add_error(None, str(error))
        return None


@MEMBER
def office_hour(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/office-hours/<pk>/`: the coming weeks of one hour, and the form to take a place."""
    row = visible_or_404(OfficeHours, request.user, pk=pk)
    form = BookForm(request.POST or None)
    if form.is_valid():
        made = _tried(form, operations.book, hours=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        if made:
            messages.success(request, _("The place is yours. The link is on this page."))
            return redirect(made)
    seen = queries.see([row], request.user, timezone.now())
    context = {"seen": seen[0] if seen else None, "form": form}
    return render(request, "members/office_hour.html", context, status=422 if form.is_bound else 200)


def _own(request: HttpRequest, pk: int) -> OfficeHours:
    return visible_or_404(OfficeHours.objects.filter(person=request.user), request.user, pk=pk)


@MEMBER
def change_hour(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/office-hours/<pk>/change/`: words, link and places."""
    row = _own(request, pk)
    form = ChangeForm(request.POST or None, initial={"topics": row.topics, "places": row.places, "link": row.link})
    if form.is_valid():
        changed = _tried(form, operations.change, hours=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        if changed:
            messages.success(request, _("Saved."))
            return redirect(row)
    return render(
        request, "members/change_hour.html", {"form": form, "hours": row}, status=422 if form.is_bound else 200
    )


@require_POST
@MEMBER
def stop_hour(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer it no more."""
    operations.stop(hours=_own(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("No longer offered. Places that are taken stand; cancel them one by one if you must."))
    return redirect("members:office-hours")


@require_POST
@MEMBER
def hour_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Not on this day, or after all."""
    row, form = _own(request, pk), DayForm(request.POST)
    if form.is_valid():
        work = operations.take_day_off if form.cleaned_data["off"] else operations.work_after_all
        try:
            work(hours=row, day=form.cleaned_data["day"], by=request.user, at=timezone.now())
        except operations.NotPossible as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Saved. Whoever had a place that day is told."))
    return redirect(row)


@MEMBER
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    """`/members/office-hours/bookings/<pk>/`: when, with whom, and the link."""
    row = visible_or_404(Booking.objects.select_related("hours"), request.user, pk=pk)
    return render(
        request, "members/booking.html", {"seen": queries.see_bookings([row], request.user, timezone.now())[0]}
    )


@MEMBER
def booking_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """The booking for a calendar, without the link."""
    row = visible_or_404(Booking.objects.select_related("hours"), request.user, pk=pk)
    return calendar_response(request, calendar(row), filename=f"office-hour-{row.day.isoformat()}.ics")


@require_POST
@MEMBER
def cancel_booking(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a place back, or take it away; the other is told."""
    row = visible_or_404(Booking.objects.select_related("hours"), request.user, pk=pk)
    try:
        operations.cancel(booking=row, by=request.user, at=timezone.now())
    except operations.NotPossible as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Cancelled. The other is told."))
    return redirect("members:office-hours")
