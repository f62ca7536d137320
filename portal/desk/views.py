"""`/manage/`: the staff desk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.policies import STAFF
from portal.desk.lights import lights
from portal.desk.queues import waiting


@STAFF
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for staff, the queues with work first."""
    return render(request, "desk/desk.html", {"waiting": waiting(request.user), "lights": lights(request.user)})
