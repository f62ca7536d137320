"""The clock publishes what was put on its schedule, and takes down what has run out."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from portal.celery import app
from portal.pages.tasks import publish_scheduled
from tests.factories.pages import make_article

pytestmark = pytest.mark.django_db


def scheduled(at: Any, by: Any) -> Any:
    page = make_article(live=False)
    page.go_live_at = at
    revision = page.save_revision()
    revision.publish(user=by, skip_permission_checks=True)
    return page


def test_a_page_goes_live_when_its_time_has_come(staff: Any, client: Client) -> None:
    page = scheduled(timezone.now() + timedelta(hours=1), staff)
    publish_scheduled()
    assert client.get(page.address).status_code == 404
    for revision in page.revisions.all():
        past = timezone.now() - timedelta(minutes=1)
        revision.content["go_live_at"] = past.isoformat()
        revision.approved_go_live_at = past
        revision.save()
    publish_scheduled()
    publish_scheduled()
    assert client.get(page.address).status_code == 200


def test_a_page_is_taken_down_when_its_time_is_over(client: Client) -> None:
    page = make_article()
    type(page).objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    publish_scheduled()
    assert client.get(page.address).status_code == 404


def test_beat_rings_for_it_every_minute() -> None:
    rung = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rung["portal.pages.tasks.publish_scheduled"] == 60.0
    assert "portal.pages.tasks.publish_scheduled" in app.tasks
