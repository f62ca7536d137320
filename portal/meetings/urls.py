from django.urls import path

from portal.meetings import views

app_name = "meetings"
urlpatterns = [
    path("meetings/", views.meetings, name="list"),
    path("calendar.ics", views.everything_ics, name="everything-ics"),
    path("meetings/<int:pk>.ics", views.ics, name="ics"),
    path("meetings/<int:pk>/join/", views.join, name="join"),
    path("meetings/<int:pk>/reply/", views.reply, name="reply"),
    path("meetings/<int:pk>-<slug:slug>/", views.meeting, name="meeting"),
    path("meetings/<int:pk>-<slug:slug>/edit/", views.edit, name="edit"),
    path("meetings/<int:pk>-<slug:slug>/publish/", views.publish, name="publish"),
    path("meetings/<int:pk>-<slug:slug>/cancel/", views.cancel, name="cancel"),
    path("meetings/<int:pk>-<slug:slug>/discard/", views.discard, name="discard"),
    path("meetings/<int:pk>-<slug:slug>/summary/", views.summary, name="summary"),
]
