from django.urls import path

from cases import views

app_name = "cases"
urlpatterns = [
    path("cases/", views.library, name="library"),
    path("cases/<slug:slug>/", views.case, name="case"),
    path("cases/<slug:slug>/discussion/", views.discussion, name="discussion"),
    path("cases/<slug:slug>/discussion/new/", views.new_thread, name="new-thread"),
    path("manage/cases/<slug:slug>/", views.standing, name="standing"),
    path("manage/cases/<slug:slug>/review/", views.review, name="review"),
]
