"""Profiles beyond reading: one's own with its photo and "view as", what staff mend, who can see what."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import privacy, queries, rules
from members.models import Profile
from members.operations import NotAllowed
from members.profiles import operations, page
from members.profiles.completeness import completeness_of
from members.profiles.forms import DisplayForm, PhotoForm, ProfileForm, StaffProfileForm
from members.profiles.photos import SIZES
from portal.core.access import visible_or_404
from portal.core.policies import MEMBER, PUBLIC, SIGNED_IN, STAFF

# Long enough for a list and the profiles behind it; short enough that hiding a photo hides it soon everywhere.
PHOTO_SECONDS = 300


@MEMBER
def edit(request: HttpRequest) -> HttpResponse:
    """`/members/me/edit/`: what one says about oneself, and who can see it."""
    row = queries.own_profile(request.user)
    form = ProfileForm.of_owner(request.user, row, request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        if _saved(request, form, request.user):
            messages.success(request, _("Your profile is saved."))
            return redirect("members:me")
        status = 409
    return render(request, "members/edit.html", _editor(form, row), status=status)


def _saved(request: HttpRequest, form: ProfileForm | StaffProfileForm, person: object) -> bool:
    """Whether it was written; not over what somebody else wrote meanwhile, which the form then says."""
    read, at = form.cleaned_data["read"], timezone.now()
    try:
        operations.edit_profile(person=person, changes=form.changes(), by=request.user, at=at, read=read)
    except operations.Conflict as conflict:
        form.add_error(None, _("%(what)s Save again to put your words in the place of theirs.") % {"what": conflict})
        form.data = form.data.copy()
        form.data["read"] = conflict.profile.updated_at.isoformat()
        return False
    return True


def _editor(form: ProfileForm, row: Profile | None) -> dict[str, object]:
    return {
        "form": form,
        "own": row.as_seen_by(row.user) if row else None,
        "completeness": completeness_of(row) if row else None,
        "audiences": privacy.audiences(),
        "wordings": privacy.wordings(),
        "organisations": queries.common_organisations(),
    }


@require_POST
@MEMBER
def confirm(request: HttpRequest) -> HttpResponse:
    """`/members/me/confirm/`: all of it is still correct."""
    operations.confirm(person=request.user, at=timezone.now())
    messages.success(request, _("Thank you. Your profile is confirmed as of today."))
    return redirect("members:me")


@SIGNED_IN
def display(request: HttpRequest) -> HttpResponse:
    """`/settings/display/`: the time zone and the appearance of pages."""
    known = {"time_zone": request.user.time_zone, "theme": request.user.theme}
    form = DisplayForm(request.POST or None, initial=known)
    if form.is_valid():
        operations.choose_display(by=request.user, **form.cleaned_data)
        messages.success(request, _("Time zone and appearance are saved."))
        return redirect("members:display")
    return render(request, "members/display.html", {"form": form}, status=422 if form.is_bound else 200)


@MEMBER
def view_as(request: HttpRequest, audience: str) -> HttpResponse:
    """`/members/me/as/<audience>/`: one's own page, exactly as somebody of that sort gets it."""
    row = queries.own_profile(request.user)
    if row is None or audience not in rules.SORTS_OF_READER:
        raise Http404
    return render(request, "members/profile.html", page.page_as(row, audience, timezone.now()))


@PUBLIC
def who_sees_what(request: HttpRequest) -> HttpResponse:
    """`/members/who-sees-what/`: every field, who sees it, and how far it can be opened."""
    context = {"lines": privacy.lines(), "audiences": privacy.audiences(), "readers": privacy.READERS.values()}
    return render(request, "members/who_sees_what.html", context)


# --- photo ------------------------------------------------------------------------------------------------------


@PUBLIC
def photo(request: HttpRequest, handle: str, size: str) -> HttpResponse:
    """`/members/<handle>/photo/<size>/`: the picture, for whoever may see it; everybody else gets a 404."""
    rows = Profile.objects.with_card_data().with_ties_to(request.user)
    row = visible_or_404(rows, request.user, handle=handle)
    if size not in SIZES or not row.as_card_for(request.user).photo:
        raise Http404
    kind = "webp" if "image/webp" in request.headers.get("Accept", "") else "jpeg"
    response = FileResponse(row.picture.file(size, kind).open("rb"), content_type=f"image/{kind}")
    response["Cache-Control"] = f"private, max-age={PHOTO_SECONDS}"
    response["Vary"] = "Accept"
    response["ETag"] = quote_etag(f"{row.picture.digest}-{size}-{kind}")
    return response


@MEMBER
def own_photo(request: HttpRequest) -> HttpResponse:
    """`/members/me/photo/`: give oneself a face."""
    row = queries.own_profile(request.user)
    if row is None:
        return redirect("members:edit")
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_valid():
        operations.set_photo(person=request.user, made=form.cleaned_data["photo"], by=request.user, at=timezone.now())
        messages.success(request, _("Your photo is saved."))
        return redirect("members:own-photo")
    context = {"form": form, "own": row.as_seen_by(request.user), "who": _who_sees_the_photo(row)}
    return render(request, "members/photo.html", context, status=422 if form.is_bound else 200)


def _who_sees_the_photo(row: Profile) -> str:
    return privacy.sentence(rules.audience_of("photo", row), "photo")


@require_POST
@MEMBER
def remove_photo(request: HttpRequest, handle: str) -> HttpResponse:
    """`/members/<handle>/photo/remove/`: one's own photo, or, for staff, anybody's."""
    row = visible_or_404(Profile.objects.select_related("user"), request.user, handle=handle)
    try:
        operations.remove_photo(person=row.user, by=request.user, at=timezone.now())
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("The photo is removed."))
    return redirect("members:own-photo" if row.user_id == request.user.pk else row)


# --- staff ------------------------------------------------------------------------------------------------------


@STAFF
def mend(request: HttpRequest, handle: str) -> HttpResponse:
    """`/members/<handle>/edit/`: programme staff mend a profile; its owner is told what changed."""
    row = visible_or_404(Profile.objects.with_everything(), request.user, handle=handle)
    if row.user_id == request.user.pk:
        return redirect("members:edit")
    form = StaffProfileForm(row, request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        if _saved(request, form, row.user):
            messages.success(request, _("The profile is saved, and its owner is told what you changed."))
            return redirect(row)
        status = 409
    context = {"form": form, "seen": row.as_seen_by(request.user), "organisations": queries.common_organisations()}
    return render(request, "members/mend.html", context, status=status)
