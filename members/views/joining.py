"""Asking to join: the page, the names it suggests, invitations, and the answer to a question."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from members.invitations import operations as invitations
from members.invitations.queries import IN_SESSION, by_token, held, inviter_line
from members.joining import operations
from members.joining.forms import AnswerForm, AskAgainForm
from members.joining.queries import latest_request, thread
from members.organisations.limits import may_ask
from members.organisations.queries import suggested
from portal.core.policies import PUBLIC, SIGNED_IN
from portal.core.rules import is_member


class JoinView(SignupView):
    """`/join/`: who can join and why, and the form; allauth's sign-up on the portal's own page and address."""

    template_name = "members/join.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """With `look`, the same page with the organisations that could be meant; what was typed stays."""
        if "look" not in request.POST:
            return super().post(request, *args, **kwargs)
        typed = request.POST.dict()
        form = self.get_form_class()(initial=typed, looked_up=typed.get("organisation", ""))
        return self.render_to_response(self.get_context_data(form=form))

    def form_valid(self, form: Any) -> HttpResponse:
        form.invitation = held(self.request.session, timezone.now())
        self.request.session.pop(IN_SESSION, None)
        return super().form_valid(form)

    def get_initial(self) -> dict[str, Any]:
        invitation = held(self.request.session, timezone.now())
        return super().get_initial() | ({"email": invitation.email} if invitation else {})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invitation = held(self.request.session, timezone.now())
        came_by = {"invitation": invitation, "inviter": inviter_line(invitation) if invitation else ""}
        return super().get_context_data(**kwargs) | came_by


@require_GET
@PUBLIC
def suggest_organisations(request: HttpRequest) -> JsonResponse:
    """`/join/organisations/?q=`: names of organisations while somebody types one."""
    if not may_ask(request):
        return JsonResponse({"names": []}, status=429)
    return JsonResponse({"names": suggested(request.GET.get("q", ""))})


@PUBLIC
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`/join/invitation/<token>/`: who invites and with which words; a POST takes it to the join page, or says no."""
    found = by_token(token, timezone.now())
    if found is None:
        return render(request, "members/invitation_over.html")
    if request.method == "POST" and "decline" in request.POST:
        invitations.decline(invitation=found, at=timezone.now())
        messages.success(request, _("We will not invite this address again."))
        return redirect("account_signup")
    if request.method == "POST":
        request.session[IN_SESSION] = found.pk
        return redirect("account_signup")
    return render(request, "members/invitation.html", {"invitation": found, "inviter": inviter_line(found)})


def waiting(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """How a request stands, for whoever made it: what was asked back, and the way to ask again."""
    asked = latest_request(request.user)
    said = thread(asked, request.user) if asked else []
    context = {"asked": asked, "said": said, "form": AskAgainForm.after(asked), "answer": AnswerForm(), **forms}
    return render(request, "members/waiting.html", context, status=status)


@require_POST
@SIGNED_IN
def answer(request: HttpRequest) -> HttpResponse:
    """`/members/me/answer/`: something to the programme office about one's own request."""
    form, asked = AnswerForm(request.POST), latest_request(request.user)
    if asked is None or not asked.is_open:
        return redirect("members:me")
    if not form.is_valid():
        return waiting(request, 422, answer=form)
    try:
        operations.answer(request=asked, by=request.user, at=timezone.now(), **form.cleaned_data)
    except operations.AlreadyDecided:
        return redirect("members:me")
    messages.success(request, _("Your answer is with the programme office."))
    return redirect("members:me")


@require_POST
@SIGNED_IN
def ask_again(request: HttpRequest) -> HttpResponse:
    """`/members/me/ask-again/`: a new request of somebody who was refused."""
    form = AskAgainForm(request.POST)
    asked = latest_request(request.user)
    if is_member(request.user) or (asked and not asked.decision):
        return redirect("members:me")
    if not form.is_valid():
        return waiting(request, 422, form=form)
    operations.ask_again(person=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Your request is with the programme office."))
    return redirect("members:me")
