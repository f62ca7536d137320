"""Whether the process lives (`/healthz`) and whether it can serve (`/readyz`)."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from portal.core.policies import PUBLIC
from portal.core.signals import readiness


@never_cache
@PUBLIC
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a lost database restarts no container."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@PUBLIC
def readyz(request: HttpRequest) -> JsonResponse:
    """Database and migrations decide; what others report (queue age) informs and never fails the check."""
    report: dict[str, object] = {"database": "ok", "migrations": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            report["migrations"] = "pending"
    except Error:  # also what a connection says that was lost
        report["database"] = "unavailable"
    ready = report == {"database": "ok", "migrations": "ok"}
    if ready:
        for _receiver, extra in readiness.send_robust(sender=None):
            if isinstance(extra, dict):
                report.update(extra)
    return JsonResponse(report, status=200 if ready else 503)
