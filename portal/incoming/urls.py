from django.conf import settings
from django.urls import path

from portal.incoming import views

app_name = "incoming"
urlpatterns = [
    path("mail/events/", views.events, name="events"),
    path("settings/address/again/", views.use_again, name="use-again"),
    path("manage/addresses/", views.paused, name="paused"),
]
if settings.CAPTURE_MAIL:
    urlpatterns.append(path("dev/mail/<str:name>/answer/", views.answer, name="answer"))
