"""Documents, and the addresses of the page tree, last of all: they take what is left. In place of Wagtail's own.

Wagtail finds a page with two queries for each step of its path and four more for its privacy; one is enough. Its
log-in form is left out: it would be a second door without a limit of attempts. Names are those that Wagtail reverses.
"""

from django.conf import settings
from django.urls import path, re_path
from django.views.generic import RedirectView
from wagtail.urls import serve_pattern

from portal.pages import views

urlpatterns = [
    path("documents/<int:document_id>/<str:document_filename>", views.document, name="wagtaildocs_serve"),
    path(
        "_util/login/",
        RedirectView.as_view(url=settings.LOGIN_URL, query_string=True),
        name="wagtailcore_login",
    ),
    re_path(serve_pattern, views.page, name="wagtail_serve"),
]
