"""The page of an organisation, and what staff do about organisations."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from members.models import Organisation, OrganisationDomain
from members.organisations import operations, queries
from members.organisations.forms import DomainForm, MergeForm, NewOrganisationForm, ParentForm, TakeForForm
from portal.core.access import visible_or_404
from portal.core.forms import SearchForm
from portal.core.policies import MEMBER, STAFF

LISTED = 100


@MEMBER
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """`/members/organisations/<slug>/`: its names, what it is part of, and who works there; or where it went."""
    if (into := queries.moved_to(slug)) is not None:
        return redirect(into, permanent=True)
    row = visible_or_404(queries.with_line(Organisation.objects.all()), request.user, slug=slug)
    return render(request, "members/organisation.html", {"workplace": queries.workplace(row, request.user)})


@STAFF
def organisations(request: HttpRequest, status: int = 200, wrong: TakeForForm | None = None) -> HttpResponse:
    """`/manage/organisations/`: what members propose, and the list."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    cards = [(each, TakeForForm.about(each, wrong)) for each in queries.proposals()]
    context = {"form": form, "text": text, "cards": cards, "rows": queries.listed(text)[:LISTED]}
    return render(request, "members/organisations.html", context, status=status if form.is_valid() else 400)


@require_POST
@STAFF
def take_for(request: HttpRequest) -> HttpResponse:
    """What members wrote means an organisation of the list."""
    form = TakeForForm(request.POST, prefix=TakeForForm.prefix_of(request.POST))
    if not form.is_valid():
        return organisations(request, 422, form)
    moved = operations.take_for(by=request.user, at=timezone.now(), **form.cleaned_data)
    words = ngettext("%(n)d person belongs to %(name)s now.", "%(n)d people belong to %(name)s now.", moved)
    messages.success(request, words % {"n": moved, "name": form.cleaned_data["organisation"]})
    return redirect("members:organisations")


@STAFF
def new(request: HttpRequest) -> HttpResponse:
    """`/manage/organisations/new/?text=`: put an organisation into the list, with everybody who proposed it."""
    text = request.GET.get("text", "")[:160]
    form = NewOrganisationForm(request.POST or None, initial={"name": text, "text": text})
    if form.is_valid():
        try:
            row = operations.found_from_proposal(by=request.user, at=timezone.now(), **form.said())
        except operations.NotPossible as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("%(name)s is in the list.") % {"name": row})
            return redirect("members:manage-organisation", slug=row.slug)
    return render(request, "members/new_organisation.html", {"form": form}, status=422 if form.is_bound else 200)


@STAFF
def manage(request: HttpRequest, slug: str, status: int = 200, **bound: object) -> HttpResponse:
    """`/manage/organisations/<slug>/`: domains, place in the tree, and merging."""
    row = visible_or_404(queries.with_line(Organisation.objects.all()), request.user, slug=slug)
    context = {
        "workplace": queries.workplace(row, request.user),
        "domains": row.domains.select_related("verified_by").order_by("domain"),
        "merged": row.merged.order_by("-at"),
        "domain_form": DomainForm(prefix="domain"),
        "parent_form": ParentForm(initial={"parent": row.parent}, prefix="parent"),
        "merge_form": MergeForm(prefix="merge"),
    }
    return render(request, "members/manage_organisation.html", context | bound, status=status)


@require_POST
@STAFF
def add_domain(request: HttpRequest, slug: str) -> HttpResponse:
    """One more domain, to be verified."""
    row, form = _own(request, slug), DomainForm(request.POST, prefix="domain")
    if form.is_valid():
        try:
            operations.add_domain(organisation=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except operations.NotPossible as error:
            form.add_error("domain", str(error))
    if form.errors:
        return manage(request, slug, 422, domain_form=form)
    messages.success(request, _("The domain is noted. Verify it once you know that it is theirs."))
    return redirect("members:manage-organisation", slug=slug)


@require_POST
@STAFF
def domain(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify a domain, take that back, or remove it, as the button says."""
    rows = OrganisationDomain.objects.select_related("organisation")
    row = visible_or_404(rows, request.user, pk=pk)
    verbs = {"verify": operations.verify_domain, "doubt": operations.doubt_domain, "remove": operations.remove_domain}
    if verb := verbs.get(request.POST.get("do", "")):
        verb(row=row, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
    return redirect("members:manage-organisation", slug=row.organisation.slug)


@require_POST
@STAFF
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """Put an organisation under another, or at the top."""
    row, form = _own(request, slug), ParentForm(request.POST, prefix="parent")
    if form.is_valid():
        try:
            operations.move(organisation=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except operations.NotPossible as error:
            form.add_error("parent", str(error))
    if form.errors:
        return manage(request, slug, 422, parent_form=form)
    messages.success(request, _("Saved."))
    return redirect("members:manage-organisation", slug=slug)


@require_POST
@STAFF
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    """This organisation is another one; without `sure`, first what that would move."""
    row, form = _own(request, slug), MergeForm(request.POST, prefix="merge")
    if form.is_valid() and "sure" not in request.POST:
        context = {"gone": row, "into": form.cleaned_data["into"], "moves": queries.moves(row), "form": form}
        return render(request, "members/merge_organisations.html", context)
    if form.is_valid():
        try:
            done = operations.merge(gone=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except operations.NotPossible as error:
            form.add_error("into", str(error))
    if form.errors:
        return manage(request, slug, 422, merge_form=form)
    messages.success(request, _("%(name)s is part of it now; its address leads here.") % {"name": done.name})
    return redirect("members:manage-organisation", slug=done.into.slug)


def _own(request: HttpRequest, slug: str) -> Organisation:
    return visible_or_404(Organisation, request.user, slug=slug)
