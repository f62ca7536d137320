from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration content: documented cases of real programmes, and an invented community around them."""

    name = "demo"
