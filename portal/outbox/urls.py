from django.conf import settings
from django.urls import path

from portal.outbox import views

app_name = "outbox"
urlpatterns = [
    path("manage/mail/", views.state, name="state"),
    path("manage/given-up/", views.given_up, name="given-up"),
    path("manage/given-up/again/", views.try_again, name="try-again"),
    path("manage/given-up/leave/", views.leave_undone, name="leave-undone"),
]
if settings.CAPTURE_MAIL:
    urlpatterns += [
        path("dev/mail/", views.mailbox, name="mailbox"),
        path("dev/mail/<str:name>/", views.message, name="message"),
        path("dev/mail/<str:name>/html/", views.message_html, name="message-html"),
    ]
