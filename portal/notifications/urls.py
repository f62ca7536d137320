from django.urls import path

from portal.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notices, name="list"),
    path("notifications/read/", views.read_all, name="read-all"),
    path("notifications/<int:pk>/", views.open_notice, name="open"),
    path("notifications/stop/<str:token>/", views.stop, name="stop"),
    path("settings/notifications/", views.settings_page, name="settings"),
]
