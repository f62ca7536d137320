from django.urls import path

from kits import views

app_name = "kits"
urlpatterns = [
    path("kits/", views.shelf, name="shelf"),
    path("kits/<slug:slug>/", views.kit, name="kit"),
    path("kits/<slug:slug>/<str:version>/download/", views.archive, name="archive"),
    path("kits/<slug:slug>/<str:version>/files/<str:filename>", views.file, name="file"),
]
