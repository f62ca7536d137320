from django.urls import path

from portal.notifications.views import announcements, links, listed, settings

app_name = "notifications"
urlpatterns = [
    path("announcements/<int:pk>/", announcements.read, name="announcement"),
    path("manage/announcements/", announcements.listed, name="announcements"),
    path("manage/announcements/new/", announcements.new, name="announcement-new"),
    path("manage/announcements/<int:pk>/", announcements.desk, name="announcement-desk"),
    path("manage/announcements/<int:pk>/edit/", announcements.edit, name="announcement-edit"),
    path("manage/announcements/<int:pk>/send/", announcements.send, name="announcement-send"),
    path("manage/announcements/<int:pk>/stop/", announcements.stop, name="announcement-stop"),
    path("notifications/", listed.notices, name="list"),
    path("notifications/read/", listed.read_all, name="read-all"),
    path("notifications/<int:pk>/", listed.open_notice, name="open"),
    path("notifications/<int:pk>/read/", listed.read_one, name="read-one"),
    path("notifications/level/<int:pk>/", settings.level, name="level"),
    path("notifications/stop/<str:token>/", links.stop, name="stop"),
    path("feeds/me/<str:token>/", links.feed, name="feed"),
    path("settings/notifications/", settings.settings_page, name="settings"),
    path("settings/notifications/kinds/", settings.choose_ways, name="choose-ways"),
    path("settings/notifications/brake/", settings.lift_brake, name="lift-brake"),
    path("settings/notifications/feed/", settings.feed_key, name="feed-key"),
]
