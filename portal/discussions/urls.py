from django.urls import path

from portal.discussions import views

app_name = "discussions"
urlpatterns = [
    path("discussions/<int:pk>-<slug:slug>/", views.thread, name="thread"),
    path("discussions/<int:pk>-<slug:slug>/reply/", views.reply, name="reply"),
    path("discussions/<int:pk>-<slug:slug>/close/", views.close, name="close"),
    path("discussions/<int:pk>-<slug:slug>/<int:number>/edit/", views.edit, name="edit"),
    path("discussions/<int:pk>-<slug:slug>/<int:number>/versions/", views.versions, name="versions"),
    path("discussions/<int:pk>-<slug:slug>/<int:number>/withdraw/", views.withdraw, name="withdraw"),
]
