"""Calls everything and everybody by a word, and reads the mail that comes of it."""

import re
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.core.fields import SafeCharField, SafeTextField
from portal.outbox.models import Fact, Mail
from portal.outbox.rendering import render
from tests.mailing.naughty import CANARY
from tests.mailing.parts import faults, taken_apart

_TYPED = re.compile(r"title|name|reason|text|summary|words")
Texts = list[tuple[Any, str, int]]


def renamed_and_read(mail: Mail, words: list[str], *, to: str) -> list[str]:
    """What is wrong with the mail under any of these words; empty when it always is a good one."""
    texts, found = _texts(), []
    assert texts, "there is nothing that could be called anything"
    for word in words:
        _call_everything(word, texts)
        parts = taken_apart(render(mail))
        found += [f"{word!r}: {fault}" for fault in faults(parts, to)]
        if CANARY in str([parts.message.get_all(name, []) for name in ("Bcc", "Cc", "To", "From", "Reply-To")]):
            found.append(f"{word!r}: it is sent to somebody else")
        if parts.text.count("\n-- \n") != 1:
            found.append(f"{word!r}: it ends where it does not end")
    return found


def _texts() -> Texts:
    """Where there is text that a person may have typed: the rows' plain manager, the field, and how much it takes."""
    return [
        (rows, field.name, field.max_length)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, SafeCharField | SafeTextField) and not field.choices and not field.unique
        for rows in [model._base_manager.exclude(**{field.name: ""})]
        if rows.exists()
    ]


def _call_everything(word: str, texts: Texts) -> None:
    """All of it, and every text in facts, becomes this word.

    What the gate of the fields refuses is not stored, as in the portal; facts are written past it.
    """
    for rows, name, length in texts:
        try:
            with transaction.atomic():
                rows.update(**{name: word[:length]})
        except ValidationError:
            break
    plain = word.encode("utf-8", "replace").decode().replace("\x00", "")
    for fact in Fact.objects.all():
        changed = {
            name: plain if isinstance(value, str) and _TYPED.search(name) else value
            for name, value in fact.payload.items()
        }
        Fact.objects.filter(pk=fact.pk).update(payload=changed)
