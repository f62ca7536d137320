from django.urls import path

from cases import views
from cases.alerts import views as alerts

app_name = "cases"
urlpatterns = [
    path("cases/", views.library, name="library"),
    path("cases/saved/", alerts.saved, name="saved"),
    path("cases/saved/<int:pk>/remove/", alerts.remove, name="remove-search"),
    path("cases/<slug:slug>/", views.case, name="case"),
    path("cases/<slug:slug>/discussion/", views.discussion, name="discussion"),
    path("cases/<slug:slug>/discussion/new/", views.new_thread, name="new-thread"),
    path("manage/cases/<slug:slug>/", views.standing, name="standing"),
    path("manage/cases/<slug:slug>/review/", views.review, name="review"),
]
