"""Every address of the portal. The composition root: only this module and `demo` may import every app."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls

from members.accounts import urls as account_urls
from members.accounts.secrets import hide_secrets
from portal.core import health
from portal.core.policies import PUBLIC, SIGNED_IN, STAFF, SUPERUSER, governed
from portal.core.seals import seal_view
from portal.pages import tree

handler404 = "portal.core.views.not_found"
handler500 = "portal.core.views.server_error"
# One door for everybody: Django's own login form has no limit of attempts.
admin.site.login = secure_admin_login(admin.site.login)
hide_secrets(admin.site)

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("seals/<slug:slug>.svg", PUBLIC(seal_view), name="seal"),
    path("", include(governed(PUBLIC, account_urls.doors))),
    path("", include(governed(SIGNED_IN, account_urls.own))),
    path("", include(governed(STAFF, account_urls.for_staff))),
    path("", include("members.urls")),
    path("", include("portal.taxonomy.urls")),
    path("", include("portal.follows.urls")),
    path("", include("portal.notifications.urls")),
    path("", include("portal.desk.urls")),
    path("", include("portal.outbox.urls")),
    path("", include("portal.incoming.urls")),
    path("", include("portal.discussions.urls")),
    path("", include("portal.meetings.urls")),
    path("", include("workinggroups.urls")),
    path("", include("cases.urls")),
    path("", include("kits.urls")),
    path("", include("portal.pages.urls")),
]

if settings.DEBUG:
    from portal.core.gallery import gallery

    urlpatterns.append(path("components/", PUBLIC(gallery), name="gallery"))
if settings.SERVE_MEDIA:
    # Renditions of public images, on a machine where no other server does it. Private files are never there.
    urlpatterns.append(path("media/<path:path>", PUBLIC(serve), {"document_root": settings.MEDIA_ROOT}, name="media"))

urlpatterns += [
    path("cms/", include(governed(STAFF, wagtailadmin_urls))),
    path("django-admin/", governed(SUPERUSER, admin.site.urls)),
    path("", include(governed(PUBLIC, tree))),  # documents and editorial pages last: they take what is left
]
