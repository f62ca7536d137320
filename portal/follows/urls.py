from django.urls import path

from portal.follows import views

app_name = "follows"
urlpatterns = [path("follow/<int:pk>/", views.follow, name="follow")]
