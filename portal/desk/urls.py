from django.urls import path

from portal.desk import views

app_name = "desk"
urlpatterns = [path("manage/", views.desk, name="desk")]
