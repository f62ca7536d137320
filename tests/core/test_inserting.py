"""Rows that the database finds are written by the database: the same rows that one object each would make."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat

from members.models import User
from portal.core.inserting import SHA256, insert_found
from portal.notifications.models import Notification
from portal.outbox.models import Fact, Mail
from portal.outbox.operations import prepare_mail, queue_found
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 30, 15, 123456, tzinfo=UTC)


def mails_to(people: Any, **same: Any) -> int:
    found = people.annotate(row=F("pk"), word=Concat(Value("é'%s:"), F("email"), output_field=CharField()))
    return insert_found(
        Mail,
        found.values("row", "word"),
        same={"renderer": "raw", "address": "a@b.example", "created_at": AT, "due_at": AT, **same},
        from_found={"key": "d.word", "message_id": "d.word", "person": "d.row"},
    )


def test_each_row_that_is_found_makes_one_with_the_defaults_of_the_others() -> None:
    people = [UserFactory() for _ in range(3)]
    assert mails_to(User.objects.all()) == 3
    for mail in Mail.objects.select_related("person"):
        assert mail.key == f"é'%s:{mail.person.email}"
        assert (mail.created_at, mail.state, mail.urgent, mail.attempts, mail.lease_until) == (
            AT,
            "queued",
            False,
            0,
            None,
        )
        assert (mail.problem, mail.subject_id) == ("", None)
    assert set(Mail.objects.values_list("person", flat=True)) == {person.pk for person in people}


def test_what_breaks_a_unique_constraint_is_left_out() -> None:
    first = UserFactory()
    assert mails_to(User.objects.all()) == 1
    UserFactory()
    assert mails_to(User.objects.all(), renderer="other") == 1
    assert Mail.objects.get(person=first).renderer == "raw"


def test_nothing_found_writes_nothing() -> None:
    assert mails_to(User.objects.none()) == 0
    assert mails_to(User.objects.filter(email="nobody@x.example")) == 0


@pytest.mark.parametrize("text", ["", "a", "naïve “quoted” 😀"])
def test_the_digest_is_the_one_that_python_makes(text: str) -> None:
    UserFactory()
    found = User.objects.annotate(digest=SHA256(Value(text, CharField()))).values_list("digest", flat=True)[0]
    assert found == hashlib.sha256(text.encode()).hexdigest()


def test_mails_that_the_database_queues_are_those_that_python_would() -> None:
    person = UserFactory()
    fact = Fact.objects.create(name="tests.Nothing", key="nothing", payload={}, at=AT)
    notice = Notification.objects.create(fact=fact, person=person, kind="tests.nothing", at=AT)
    due = AT + timedelta(minutes=5)
    assert queue_found(Notification.objects.all(), key="notice", renderer="raw", at=AT, due_at=due) == 1
    expected = prepare_mail(key=f"notice:{notice.pk}", renderer="raw", person=person, at=AT, subject_id=notice.pk)
    expected.due_at = due
    written = Mail.objects.get()
    for field in Mail._meta.concrete_fields:
        if not field.primary_key:
            assert getattr(written, field.attname) == getattr(expected, field.attname), field.name
