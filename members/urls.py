from django.urls import path

from members import views
from members.views import merging, profiles, rights, roster, staff

app_name = "members"
urlpatterns = [
    path("members/", views.directory, name="directory"),
    path("members/me/", views.me, name="me"),
    path("members/me/edit/", profiles.edit, name="edit"),
    path("members/me/confirm/", profiles.confirm, name="confirm"),
    path("members/me/photo/", profiles.own_photo, name="own-photo"),
    path("members/me/as/<slug:audience>/", profiles.view_as, name="view-as"),
    path("members/me/ask-again/", views.ask_again, name="ask-again"),
    path("settings/data/", rights.data, name="data"),
    path("settings/data/export/", rights.ask_for_export, name="ask-for-export"),
    path("settings/data/export/<int:pk>/", rights.download, name="export"),
    path("settings/leave/", rights.leave, name="leave"),
    path("settings/stay/", rights.stay, name="stay"),
    path("members/listed/", roster.listed, name="listed-people"),
    path("members/listed/<int:pk>/", roster.record, name="record"),
    path("listed/<str:token>/", roster.by_link, name="listed"),
    path("manage/imports/", roster.imports, name="imports"),
    path("manage/imports/<int:pk>/", roster.looked_over, name="import"),
    path("manage/imports/<int:pk>/apply/", roster.apply, name="apply-import"),
    path("manage/imports/<int:pk>/undo/", roster.undo, name="undo-import"),
    path("manage/imports/<int:pk>/ask/", roster.ask, name="ask-listed"),
    path("manage/claims/", roster.claims, name="claims"),
    path("manage/claims/<int:pk>/", roster.decide, name="decide-claim"),
    path("manage/merge/", merging.merge, name="merge"),
    path("settings/display/", profiles.display, name="display"),
    path("members/who-sees-what/", profiles.who_sees_what, name="who-sees-what"),
    path("members/<slug:handle>/", views.profile, name="profile"),
    path("members/<slug:handle>/edit/", profiles.mend, name="mend"),
    path("members/<slug:handle>/photo/remove/", profiles.remove_photo, name="remove-photo"),
    path("members/<slug:handle>/photo/<slug:size>/", profiles.photo, name="photo"),
    path("members/<slug:handle>/suspend/", staff.suspend, name="suspend"),
    path("manage/join-requests/", staff.join_requests, name="join-requests"),
    path("manage/join-requests/<int:pk>/approve/", staff.approve, name="approve"),
    path("manage/join-requests/<int:pk>/refuse/", staff.refuse, name="refuse"),
    path("manage/suspended/", staff.suspended, name="suspended"),
    path("manage/suspended/<int:pk>/reinstate/", staff.reinstate, name="reinstate"),
]
