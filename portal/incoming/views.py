"""Where a mail service reports bounces and complaints; and the button that uses an address again."""

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal import mail_settings
from portal.core.listing import keyset_page, query_url
from portal.core.policies import PUBLIC, SIGNED_IN, STAFF
from portal.incoming import operations, queries
from portal.incoming.rehearsal import answer_captured


def _reader() -> type[AnymailBaseWebhookView] | None:
    """The class that reads the reports of the service in use; None without one, or without its secret."""
    service = mail_settings.SERVICES.get(settings.MAIL_SERVICE)
    if service is None or not settings.MAIL_EVENTS_SECRET:
        return None
    return import_string(f"anymail.webhooks.{service.module}.{service.view}TrackingWebhookView")


@csrf_exempt  # a service has no cookie; it shows the secret that we gave it
@require_http_methods(["HEAD", "POST"])
@PUBLIC
def events(request: HttpRequest) -> HttpResponse:
    """`/mail/events/`: 404 where no service is in use, 403 without the secret, 400 for what is no report."""
    reader = _reader()
    if reader is None:
        raise Http404
    try:
        return reader.as_view()(request)
    except AnymailWebhookValidationFailure:
        return HttpResponseForbidden()
    except (AnymailError, ValueError, TypeError, LookupError, AttributeError):
        return HttpResponseBadRequest()


@require_POST
@SIGNED_IN
def use_again(request: HttpRequest) -> HttpResponse:
    """`/settings/address/again/`: notices are mailed to one's address again."""
    if operations.use_again(by=request.user, at=timezone.now()):
        messages.success(request, _("We send mail to %(address)s again.") % {"address": request.user.email})
    return redirect("/settings/notifications/")


@STAFF
def paused(request: HttpRequest) -> HttpResponse:
    """`/manage/addresses/`: whom mail does not reach, since when and why."""
    rows, cursor = keyset_page(queries.paused_addresses(request.user), order=("paused_at", "pk"), params=request.GET)
    next_url = query_url(request.GET, after=cursor) if cursor else ""
    return render(request, "incoming/paused.html", {"rows": rows, "next_url": next_url})


@require_POST
@PUBLIC
def answer(request: HttpRequest, name: str) -> HttpResponse:
    """`/dev/mail/<name>/answer/`, only where mail is captured: as if its reader had answered from a mail program."""
    outcome = answer_captured(name, request.POST.get("text", ""), at=timezone.now())
    if outcome is None:
        raise Http404
    messages.info(request, _("The portal took it for: %(outcome)s.") % {"outcome": outcome.value})
    return redirect(f"/dev/mail/{name}/")
