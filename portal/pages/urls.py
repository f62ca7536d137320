from django.contrib.sitemaps.views import sitemap
from django.urls import path

from portal.core.policies import PUBLIC
from portal.pages import views
from portal.pages.sitemaps import SECTIONS

app_name = "pages"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", PUBLIC(sitemap), {"sitemaps": SECTIONS}, name="sitemap"),
    path(".well-known/security.txt", views.security, name="security"),
]
