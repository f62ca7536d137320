"""What the worker is asked to do: drain what is due. No arguments, so that any number of calls is harmless."""

from typing import Any

from celery import shared_task

from portal.outbox.drain import drain as drain_now


@shared_task(name="portal.outbox.tasks.drain")
def drain(**kwargs: Any) -> None:
    """Do what is due: errands of facts, then mails."""
    drain_now()
