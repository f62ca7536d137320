"""Keeps the kit's channel in step with what is published."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import published

from kits.models import Kit
from kits.operations import keep_channel


@receiver(published, sender=Kit)
def on_published(sender: Any, instance: Kit, **kwargs: Any) -> None:
    """The signal fires at every publication; keeping in step twice changes nothing."""
    keep_channel(kit=instance)
