from django.urls import path

from members.views import introductions, letters, spokespeople

# Part of members/urls.py.
urlpatterns = [
    path("members/<slug:handle>/introduce/", introductions.introduce, name="introduce"),
    path("members/<slug:handle>/write/", letters.write, name="write"),
    path("manage/reports/", letters.reports, name="reports"),
    path("manage/reports/<int:pk>/settle/", letters.settle, name="settle-report"),
    path("manage/spokespeople/", spokespeople.consents, name="consents"),
]
