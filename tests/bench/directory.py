"""The process that is measured: a community of a size, and pages of its directory, each with how long it took."""

import json
import os
import sys
import time
from http import HTTPStatus
from typing import Any

BEHIND = 5_000


def serve(members: int) -> int:
    """Fill the database of this environment, then answer questions from stdin until it ends."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed
    began = time.perf_counter()
    _prepare(members)
    _say(channel, seconds=time.perf_counter() - began)
    asked = Asked()
    for line in sys.stdin:
        _say(channel, **asked.answer(json.loads(line)))
    return 0


def _say(channel: Any, **answer: Any) -> None:
    channel.write(json.dumps(answer) + "\n")
    channel.flush()


def _prepare(members: int) -> None:
    import logging

    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MAIL_DELAY_LOOK_SECONDS = None  # a look now and then would be a query more on some pages
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from django.db import connection

    from tests.bench.community import make

    make(members)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Asked:
    """Answers the questions of one run."""

    def __init__(self) -> None:
        from django.test import Client

        from members.models import User

        self.reader = User.objects.order_by("pk")[0]
        self.clients = {"member": Client(), "visitor": Client()}
        self.clients["member"].force_login(self.reader)
        self.changes = 0
        self._places: dict[str, str] = {}

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """How long what is asked for took; with `warm`, after it was asked for once, and how many queries it was."""
        query = question["query"]
        if question["deep"]:
            query = f"{query}&after={self._cursor(query)}"
        ask = {"page": self._page, "layer": self._layer, "peers": self._peers}[question["what"]]
        if question.get("warm"):
            ask(query, question["reader"])
        if question.get("changed"):
            self._change()
        if question.get("warm"):
            return self._counted(lambda: ask(query, question["reader"]))
        began = time.perf_counter()
        ask(query, question["reader"])
        return {"seconds": time.perf_counter() - began}

    def _counted(self, ask: Any) -> dict[str, Any]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            found = ask()
        size, people = found
        return {"queries": len(asked), "bytes": size, "people": people}

    def _page(self, query: str, reader: str) -> tuple[int, int]:
        return self._got(f"/members/?{query}", reader, b'<div class="person">')

    def _peers(self, _query: str, reader: str) -> tuple[int, int]:
        return self._got("/members/peers/", reader, b'<li class="stack-s">')

    def _got(self, address: str, reader: str, person: bytes) -> tuple[int, int]:
        """How large the page is, and how many people it shows."""
        response = self.clients[reader].get(address)
        if response.status_code != HTTPStatus.OK:
            msg = f"{address} answered {response.status_code}"
            raise SystemExit(msg)
        return len(response.content), response.content.count(person)

    def _layer(self, query: str, reader: str) -> tuple[int, int]:
        """What the page asks of the directory, without the page."""
        from django.contrib.auth.models import AnonymousUser
        from django.http import QueryDict

        from members import filters
        from members.directory import directory

        params = QueryDict(query)
        viewer = self.reader if reader == "member" else AnonymousUser()
        found = directory(viewer, filters.read(params, text=params.get("q", "")), params)
        return 0, len(found.people)

    def _change(self) -> None:
        """Somebody's profile changes: other people are found under what they said."""
        from members.models import Profile
        from members.operations import reindex

        self.changes += 1
        profile = Profile.objects.exclude(shown_to="groups").order_by("pk")[self.changes]
        profile.kind = "researcher" if profile.kind == "practitioner" else "practitioner"
        profile.role = f"Manager {self.changes}"
        profile.save()
        reindex(Profile.objects.filter(pk=profile.pk))

    def _cursor(self, query: str) -> str:
        """The place behind the 5,000th of those found, or behind half of them where there are fewer."""
        from django.http import QueryDict

        from members import filters
        from members.lookup import bits
        from members.lookup.search import search
        from members.models import Profile
        from portal.core.listing import encode_cursor

        params = QueryDict(query)
        chosen = filters.read(params, text=params.get("q", ""))
        if query not in self._places:
            wanted = bits.Holder(search("members", chosen).members)
            order = [name.lstrip("-") for name in chosen.order]
            rows = Profile.objects.order_by(*chosen.order).values_list(*order)
            found = [row for row in rows if row[-1] in wanted]
            row = found[min(BEHIND, len(found) // 2)] if found else ()
            values = [value.isoformat() if hasattr(value, "isoformat") else value for value in row]
            self._places[query] = encode_cursor(values) if values else ""
        return self._places[query]
