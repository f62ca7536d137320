"""Releases: written once, cited by checksum, taken from private storage, noted in a ledger."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client

from kits import operations, queries
from kits.models import Download, Release, ReleasedFile, ReleasedForEver
from portal.follows import operations as follows
from portal.notifications.models import Notification
from portal.notifications.operations import set_level
from portal.notifications.queries import Told
from portal.outbox.drain import run_errands
from portal.outbox.models import Fact, Mail
from tests.factories.kits import make_kit, make_release
from tests.factories.notifications import wants_mail

pytestmark = pytest.mark.django_db


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def _without_token(content: bytes) -> bytes:
    """A page without the value that is new in every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", content)


def test_what_was_released_refuses_every_change() -> None:
    release = make_release(make_kit())
    release.changelog = "nothing happened"
    with pytest.raises(ReleasedForEver):
        release.save()
    with pytest.raises(ReleasedForEver):
        Release.objects.update(version="2.0")
    with pytest.raises(ReleasedForEver):
        ReleasedFile.objects.all().delete()
    with pytest.raises(ReleasedForEver):
        release.delete()


def test_a_version_is_released_once_and_says_so() -> None:
    kit = make_kit()
    make_release(kit)
    with pytest.raises(operations.CannotRelease, match=r"Version 1.0 was released already"):
        make_release(kit)


def test_a_failed_release_leaves_no_file_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    kit = make_kit()
    monkeypatch.setattr("kits.operations.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_release(kit)
    assert not Release.objects.exists()
    assert storages["private"].listdir("kits/public-kit/1.0")[1] == []


def test_the_zip_holds_every_file_with_a_manifest_that_fits(client: Client) -> None:
    release = make_release(make_kit())
    content = _body(client.get("/kits/public-kit/1.0/download/"))
    assert hashlib.sha256(content).hexdigest() == release.archive_sha256
    archive = zipfile.ZipFile(io.BytesIO(content))
    manifest = json.loads(archive.read("MANIFEST.json"))
    assert [line["filename"] for line in manifest["files"]] == ["a.txt"]
    for line in manifest["files"]:
        assert hashlib.sha256(archive.read(line["filename"])).hexdigest() == line["sha256"]


def test_one_file_comes_as_an_attachment_that_runs_nothing(client: Client) -> None:
    release = make_release(make_kit())
    response = client.get("/kits/public-kit/1.0/files/a.txt")
    assert _body(response) == b"hello"
    assert response["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["ETag"] == f'"{release.files.get().sha256}"'


def test_no_address_leads_to_the_private_storage(client: Client) -> None:
    release = make_release(make_kit())
    for path in (
        f"/media/{release.archive.name}",
        f"/static/{release.archive.name}",
        f"/documents/{release.pk}/a.txt",
    ):
        assert client.get(path).status_code == 404
    with pytest.raises(ValueError, match="not accessible via a URL"):
        release.archive.url  # noqa: B018 -- asking is the test


def test_every_download_is_noted_and_a_visitor_stays_nameless(
    client: Client, member: Any, client_of: Callable[[Any], Client]
) -> None:
    make_release(make_kit())
    _body(client.get("/kits/public-kit/1.0/download/"))
    _body(client_of(member).get("/kits/public-kit/1.0/files/a.txt"))
    assert list(Download.objects.order_by("pk").values_list("person", "file__filename")) == [
        (None, None),
        (member.pk, "a.txt"),
    ]


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended"])
def test_a_members_kit_is_as_if_it_did_not_exist(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    make_release(make_kit("members-kit", audience="members", title="Canary title"))
    client = client_of(request.getfixturevalue(role))
    for path in ("", "1.0/download/", "1.0/files/a.txt"):
        hidden, missing = client.get(f"/kits/members-kit/{path}"), client.get(f"/kits/no-such-kit/{path}")
        assert hidden.status_code == missing.status_code == 404
        assert _without_token(hidden.content).replace(b"members-kit", b"no-such-kit") == _without_token(missing.content)
    assert b"Canary title" not in client.get("/kits/").content


def test_a_draft_kit_is_invisible_even_to_staff_s_shelf(client_of: Callable[[Any], Client], member: Any) -> None:
    make_kit("draft-kit", live=False)
    assert client_of(member).get("/kits/draft-kit/").status_code == 404
    assert b"draft-kit" not in client_of(member).get("/kits/").content


def test_holders_and_followers_hear_of_a_new_version_once(
    member: Any, co_member: Any, outsider: Any, staff: Any, client_of: Callable[[Any], Client]
) -> None:
    kit = make_kit()
    make_release(kit, by=staff)
    run_errands(100)
    _body(client_of(member).get("/kits/public-kit/1.0/download/"))
    follows.follow(channel=kit.channel, by=co_member, at=kit.releases.get().released_at)
    follows.follow(channel=kit.channel, by=member, at=kit.releases.get().released_at)
    wants_mail(member, co_member)
    make_release(kit, "1.1", by=staff)
    run_errands(100)
    run_errands(100)
    assert sorted(Mail.objects.values_list("address", flat=True)) == sorted([member.email, co_member.email])
    assert Fact.objects.filter(name="kits.KitReleased").count() == 2


def test_the_page_says_when_a_newer_version_is_out(member: Any, client_of: Callable[[Any], Client]) -> None:
    kit = make_kit()
    make_release(kit)
    client = client_of(member)
    _body(client.get("/kits/public-kit/1.0/download/"))
    Release.objects.bulk_create(
        [
            Release(
                kit=kit,
                version="1.1",
                released_at=kit.releases.get().released_at.replace(year=2027),
                severity="correction",
                changelog="The penalty clause.",
                archive="kits/none.zip",
                archive_sha256="0" * 64,
                archive_size=1,
            )
        ]
    )
    page = client.get("/kits/public-kit/").content.decode()
    assert "You hold version 1.0; version 1.1 is out." in page
    assert queries.held_version(kit, member) == "1.0"


def test_publishing_an_old_draft_keeps_the_followers() -> None:
    kit = make_kit()
    channel = kit.channel
    draft = kit.save_revision()
    draft.publish(skip_permission_checks=True)
    kit.refresh_from_db()
    assert kit.channel == channel


@pytest.mark.parametrize("kits", [1, 3, 30])
def test_the_shelf_costs_the_same_with_any_number_of_kits(
    kits: int, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(kits):
        make_kit(f"kit-{number}")
    with django_assert_num_queries(1):
        client.get("/kits/")


@pytest.mark.parametrize("files", [1, 3, 30])
def test_a_kit_s_page_costs_the_same_with_any_number_of_files(
    files: int, client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    kit = make_kit()
    parts = tuple(
        operations.Part(code=f"c{n}", title=f"T{n}", filename=f"f{n}.txt", media_type="text/plain", content=b"x")
        for n in range(files)
    )
    make_release(kit, parts=parts)
    with django_assert_max_num_queries(7):
        client.get("/kits/public-kit/")


def test_who_will_be_told_of_a_release_is_who_is_told_and_quietly_nobody_is(
    member: Any, co_member: Any, outsider: Any, staff: Any, client_of: Callable[[Any], Client]
) -> None:
    kit = make_kit()
    first = make_release(kit, by=staff)
    _body(client_of(member).get("/kits/public-kit/1.0/download/"))
    for person in (member, co_member):
        follows.follow(channel=kit.channel, by=person, at=first.released_at)
    follows.follow(channel=kit.channel, by=outsider, at=first.released_at)
    set_level(channel=kit.channel, level="muted", by=outsider, at=first.released_at)
    wants_mail(co_member)
    told = queries.told_of_release(kit, by=staff)
    assert told == Told(people=2, by_mail=1, in_digest=1, muted=1)
    run_errands(100)
    before = Notification.objects.count()
    make_release(kit, "1.1", by=staff, quiet=True)
    run_errands(100)
    assert Notification.objects.count() == before
    make_release(kit, "1.2", by=staff)
    run_errands(100)
    routes = Notification.objects.filter(fact__payload__version="1.2").values_list("person__email", "route", "way")
    assert sorted(routes) == [(co_member.email, "followed", "mail"), (member.email, "holds", "daily")]
    client_of(member).get("/kits/public-kit/")
    assert not Notification.objects.filter(person=member).unread().exists()
