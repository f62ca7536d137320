from django.urls import path

from portal.outbox import views

app_name = "outbox"
urlpatterns = [
    path("dev/mail/", views.mailbox, name="mailbox"),
    path("dev/mail/<str:name>/", views.message, name="message"),
    path("dev/mail/<str:name>/html/", views.message_html, name="message-html"),
]
