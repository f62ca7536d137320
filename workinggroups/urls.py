from django.urls import path

from workinggroups import views

app_name = "workinggroups"
urlpatterns = [
    path("groups/", views.groups, name="list"),
    path("groups/new/", views.new_group, name="new"),
    path("groups/<slug:slug>/", views.group, name="group"),
    path("groups/<slug:slug>/calendar.ics", views.calendar, name="calendar"),
    path("groups/<slug:slug>/edit/", views.edit, name="edit"),
    path("groups/<slug:slug>/join/", views.join, name="join"),
    path("groups/<slug:slug>/leave/", views.leave, name="leave"),
    path("groups/<slug:slug>/appoint/", views.appoint, name="appoint"),
    path("groups/<slug:slug>/members/", views.members, name="members"),
    path("groups/<slug:slug>/members/<int:pk>/end/", views.dismiss, name="dismiss"),
    path("groups/<slug:slug>/discussion/", views.discussion, name="discussion"),
    path("groups/<slug:slug>/discussion/new/", views.new_thread, name="new-thread"),
    path("groups/<slug:slug>/meetings/", views.meetings, name="meetings"),
    path("groups/<slug:slug>/meetings/new/", views.new_meeting, name="new-meeting"),
    path("groups/<slug:slug>/meetings/next/", views.next_meeting, name="next-meeting"),
]
