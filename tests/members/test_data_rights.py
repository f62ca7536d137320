"""Everything about oneself as a file; leaving, coming back, and being forgotten everywhere."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase
from django.utils import timezone
from wagtail.models import Page

from cases.models import Case
from members.models import DataExport, Departure, Erasure, Profile, User
from members.rights import exporting, leaving
from portal.core import personal
from portal.outbox.drain import drain
from portal.outbox.models import Fact, Mail
from tests.factories import cases as case_factory
from tests.factories.anything import row_of
from tests.factories.members import ProfileFactory
from tests.members.post import delivered, newest
from tests.second_factor import prove

NAME, ADDRESS, CANARY = "Zyphorelle Quandrixton", "zyphorelle@canary.example", "canary-of-zyphorelle"


@pytest.fixture
def zyphorelle(db: None) -> User:
    """Somebody with a row behind every declared key, and a name that nobody else has."""
    person = ProfileFactory(
        user__name=NAME, user__email=ADDRESS, handle="zyphorelle-quandrixton", bio=CANARY, looking_for=CANARY
    ).user
    page = Page.objects.first() or Page.add_root(instance=Page(title="Root", slug="root"))
    Page.objects.filter(pk=page.pk).update(owner=person, locked_by=person)
    for holding in personal.all_holdings():
        _give_a_row(holding, person)
    Fact.objects.create(name="members.JoinRequested", key="test:fact", payload={"name": NAME}, at=timezone.now())
    return person


def _give_a_row(holding: personal.Holding, person: User) -> None:
    label, _dot, field = holding.key.rpartition(".")
    model = apps.get_model(label)
    if model._default_manager.filter(**{field: person}).exists():
        return
    erased = holding.rule == personal.ERASED
    more = {"state": "claimed"} if holding.key == "members.Record.claimed_by" else {}
    row_of(model, text=CANARY if erased else "somebody", optional=erased, **{field: person}, **more)


# --- taking it along --------------------------------------------------------------------------------------------


def _signed_in(person: User) -> Client:
    """With a second factor that was asked for again just now."""
    client = Client()
    client.force_login(person)
    prove(client, person, again=True)
    return client


def _archive_of(person: User) -> zipfile.ZipFile:
    out = io.BytesIO()
    exporting.write_archive(person, out)
    return zipfile.ZipFile(out)


def test_a_member_asks_gets_a_mail_and_fetches_the_file(member: User) -> None:
    client = _signed_in(member)
    page = client.post("/settings/data/export/", follow=True)
    assert "You get a mail when the file is ready" in page.content.decode()
    mail = newest(member.email)
    assert mail.message["Subject"] == "The file with your data is ready"
    page = client.get("/settings/data/").content.decode()
    export = DataExport.objects.get()
    assert f"/settings/data/export/{export.pk}/" in page
    response = client.get(f"/settings/data/export/{export.pk}/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    (account,) = json.loads(archive.read("data/account.json"))
    assert (account["name"], account["email"]) == (member.name, member.email)
    assert "attachment" in response["Content-Disposition"]


def test_every_declared_row_is_in_the_export(zyphorelle: User) -> None:
    archive = _archive_of(zyphorelle)
    schema = {part["name"]: part for part in json.loads(archive.read("schema.json"))["parts"]}
    for holding in personal.all_holdings():
        if holding.columns:
            rows = json.loads(archive.read(f"data/{holding.name}.json"))
            assert rows, holding.key
            assert schema[holding.name]["rows"] == len(rows)
            assert list(rows[0]) == schema[holding.name]["columns"] == list(holding.columns)
            table = list(csv.reader(io.StringIO(archive.read(f"data/{holding.name}.csv").decode())))
            assert table[0] == list(holding.columns)
            assert len(table) == len(rows) + 1
    assert NAME in archive.read("README.txt").decode()


def test_nothing_of_anybody_else_is_in_the_export(zyphorelle: User, member: User) -> None:
    everything = b"".join(_archive_of(member).read(name) for name in _archive_of(member).namelist()).decode()
    assert NAME not in everything
    assert CANARY not in everything


def test_a_text_that_a_spreadsheet_would_calculate_is_shown_as_text(member: User) -> None:
    Profile.objects.filter(user=member).update(role='=HYPERLINK("https://evil.example")')
    archive = _archive_of(member)
    table = list(csv.DictReader(io.StringIO(archive.read("data/members-profile-user.csv").decode())))
    assert table[0]["role"] == '\'=HYPERLINK("https://evil.example")'
    assert json.loads(archive.read("data/members-profile-user.json"))[0]["role"].startswith("=HYPERLINK")


def test_who_asks_twice_gets_one_file(member: User, client_of: Callable[[Any], Client]) -> None:
    client = client_of(member)
    for _again in range(3):
        page = client.post("/settings/data/export/", follow=True)
    assert "put together" in page.content.decode()
    assert DataExport.objects.count() == 1


def test_a_day_later_there_is_a_new_one(member: User) -> None:
    exporting.ask_for_export(by=member, at=timezone.now() - timedelta(days=1))
    drain()
    exporting.ask_for_export(by=member, at=timezone.now())
    assert DataExport.objects.filter(person=member).count() == 2


def test_nobody_else_fetches_it_and_nobody_after_a_week(member: User, staff: User) -> None:
    exporting.ask_for_export(by=member, at=timezone.now())
    drain()
    export = DataExport.objects.get()
    address = f"/settings/data/export/{export.pk}/"
    assert _signed_in(staff).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    DataExport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert _signed_in(member).get(address).status_code == 404


def test_an_old_session_is_asked_for_the_password_first(member: User, client_of: Callable[[Any], Client]) -> None:
    exporting.ask_for_export(by=member, at=timezone.now())
    drain()
    response = client_of(member).get(f"/settings/data/export/{DataExport.objects.get().pk}/")
    assert response["Location"].startswith("/accounts/reauthenticate/")


def test_who_waits_for_approval_gets_their_data_too(pending: User, client_of: Callable[[Any], Client]) -> None:
    client_of(pending).post("/settings/data/export/")
    drain()
    assert newest(pending.email).message["Subject"] == "The file with your data is ready"


# --- leaving ----------------------------------------------------------------------------------------------------


def test_whoever_leaves_is_out_of_sight_at_once_and_can_come_back(
    member: User, co_member: User, client_of: Callable[[Any], Client]
) -> None:
    handle, other_session = member.profile.handle, client_of(member)
    client = _signed_in(member)
    assert client.get("/settings/leave/").status_code == 200
    page = client.post("/settings/leave/", {"credit": "nobody", "sure": "on"}, follow=True)
    assert "You are leaving" in page.content.decode()
    assert client_of(co_member).get(f"/members/{handle}/").status_code == 404
    assert handle not in client_of(co_member).get("/members/").content.decode()
    assert other_session.get("/notifications/").status_code == 302  # signed out there
    assert newest(member.email).message["Subject"].startswith("You are leaving")
    assert client.get("/members/me/")["Location"] == "/settings/leave/"
    assert "Good to have you back" in client.post("/settings/stay/", follow=True).content.decode()
    assert client_of(co_member).get(f"/members/{handle}/").status_code == 200


def test_leaving_needs_the_tick(member: User) -> None:
    response = _signed_in(member).post("/settings/leave/", {"credit": "name"})
    assert response.status_code == 422
    assert "Tick this if you want to leave." in response.content.decode()
    assert not Departure.objects.exists()


def test_who_waited_for_approval_waits_again_after_coming_back(pending: User) -> None:
    leaving.leave(credit="nobody", by=pending, at=timezone.now())
    leaving.stay(by=pending, at=timezone.now())
    pending.refresh_from_db()
    assert pending.standing == User.Standing.PENDING


def test_the_last_superuser_cannot_leave(superuser: User) -> None:
    response = _signed_in(superuser).post("/settings/leave/", {"credit": "name", "sure": "on"})
    assert "Make somebody else a superuser first" in response.content.decode()
    assert not Departure.objects.exists()


def test_the_worker_erases_who_did_not_come_back_and_nobody_else(member: User, co_member: User) -> None:
    for person in (member, co_member):
        leaving.leave(credit="nobody", by=person, at=timezone.now())
    Departure.objects.filter(person=member).update(due_at=timezone.now() - timedelta(minutes=1))
    drain()
    assert not User.objects.filter(pk=member.pk).exists()
    assert User.objects.filter(pk=co_member.pk).exists()


# --- being forgotten --------------------------------------------------------------------------------------------


def _every_value() -> Iterator[tuple[str, str]]:
    """Everything the database holds, whatever Django knows of it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- a name of the database
            for row in cursor.fetchall():
                yield table, " ".join(str(value) for value in row)


def _tables_with(*traces: str) -> set[tuple[str, str]]:
    spellings = {trace: (trace, json.dumps(trace)[1:-1]) for trace in traces}
    return {
        (table, trace)
        for table, text in _every_value()
        for trace, spelled in spellings.items()
        if any(each in text for each in spelled)
    }


def test_the_erased_are_nowhere(zyphorelle: User, settings: Any) -> None:
    client = _signed_in(zyphorelle)
    drain()
    leaving.leave(credit="nobody", by=zyphorelle, at=timezone.now())
    traces = (NAME, ADDRESS, CANARY, "zyphorelle-quandrixton")
    assert {trace for _table, trace in _tables_with(*traces)} == set(traces)
    files = list(Path(settings.PRIVATE_MEDIA_ROOT).rglob("*.zip"))
    assert len(files) == 1
    with TestCase.captureOnCommitCallbacks(execute=True):
        leaving.erase(person=zyphorelle, credit="nobody", at=timezone.now())
    assert _tables_with(*traces) == set()
    assert list(Path(settings.PRIVATE_MEDIA_ROOT).rglob("*.zip")) == []
    assert client.get("/notifications/").status_code == 302
    assert Erasure.objects.count() == 1


def test_no_key_dangles_after_an_erasure(zyphorelle: User) -> None:
    gone = zyphorelle.pk
    leaving.erase(person=zyphorelle, credit="nobody", at=timezone.now())
    connection.check_constraints()
    for holding in personal.all_holdings():
        label, _dot, field = holding.key.rpartition(".")
        assert not apps.get_model(label)._default_manager.filter(**{f"{field}_id": gone}).exists(), holding.key


@pytest.mark.parametrize(("credit", "shown"), [("name", NAME), ("nobody", "Former member")])
def test_published_work_stays_as_the_person_chose(credit: str, shown: str, db: None) -> None:
    author = ProfileFactory(user__name=NAME).user
    case = case_factory.published(author=author, credit="")
    leaving.erase(person=author, credit=credit, at=timezone.now())
    case = Case.objects.get(pk=case.pk)
    assert (case.author, case.credit) == (None, shown)
    assert case.latest_revision.as_object().credit == shown
    assert shown in Client().get(case.get_absolute_url()).content.decode()


def test_a_name_in_a_fact_is_forgotten_with_its_person(member: User) -> None:
    member.name = "Žofie Ťápal"
    member.save()
    Fact.objects.create(name="any", key="one", payload={"name": member.name, "title": "Minutes"}, at=timezone.now())
    leaving.erase(person=member, credit="nobody", at=timezone.now())
    assert Fact.objects.get(key="one").payload == {"name": "Former member", "title": "Minutes"}


def test_mails_to_the_address_go_too(member: User) -> None:
    now = timezone.now()
    Mail.objects.create(
        key="k", message_id="m", renderer="raw", address=member.email.upper(), created_at=now, due_at=now
    )
    leaving.erase(person=member, credit="nobody", at=now)
    assert not Mail.objects.exists()


def test_sessions_of_the_erased_are_gone_and_others_stay(member: User, co_member: User) -> None:
    _signed_in(member)
    other = _signed_in(co_member)
    leaving.erase(person=member, credit="nobody", at=timezone.now())
    assert Session.objects.count() == 1
    assert other.get("/notifications/").status_code == 200


def test_the_address_can_join_again(member: User) -> None:
    leaving.erase(person=member, credit="nobody", at=timezone.now())
    assert not EmailAddress.objects.filter(email=member.email).exists()
    assert User.objects.create_user(email=member.email, name="Anew").pk != member.pk


# --- a restored backup ------------------------------------------------------------------------------------------


def test_a_restored_backup_forgets_again(member: User, co_member: User, tmp_path: Path) -> None:
    remembered = {field.attname: getattr(member, field.attname) for field in User._meta.concrete_fields}
    leaving.erase(person=member, credit="nobody", at=timezone.now())
    printed = StringIO()
    call_command("erasures", stdout=printed)
    ledger = tmp_path / "ledger.txt"
    ledger.write_text(printed.getvalue(), encoding="utf-8")
    User(**remembered).save(force_insert=True)  # yesterday's backup
    again = StringIO()
    call_command("erasures", apply=str(ledger), stdout=again)
    assert "1 accounts erased again" in again.getvalue()
    assert not User.objects.filter(email=member.email).exists()
    assert User.objects.filter(pk=co_member.pk).exists()


def test_a_file_that_is_no_ledger_erases_nobody(member: User, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("everybody please\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Line 1"):
        call_command("erasures", apply=str(wrong))
    assert User.objects.filter(pk=member.pk).exists()


def test_the_file_goes_with_the_person_but_not_with_others(member: User, co_member: User) -> None:
    for person in (member, co_member):
        export = DataExport.objects.create(person=person, asked_at=timezone.now(), due_at=timezone.now())
        export.file.save("a.zip", ContentFile(b"zip"))
    assert [file.name for file in personal.files_to_delete(member)] == [DataExport.objects.get(person=member).file.name]


def test_a_failed_export_is_tried_again_and_told(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(person: Any) -> Any:
        msg = "the disk is full"
        raise OSError(msg)

    monkeypatch.setitem(personal._extracts, "account", personal.Extract("account", "what", ("a",), broken))
    exporting.ask_for_export(by=member, at=timezone.now())
    for _try in range(exporting.TRIES):
        DataExport.objects.update(due_at=timezone.now())
        drain()
    export = DataExport.objects.get()
    assert (export.state, export.attempts) == (DataExport.State.FAILED, exporting.TRIES)
    assert "the disk is full" in export.problem
    assert delivered() == []
    assert "could not be put together" in _signed_in(member).get("/settings/data/").content.decode()


def test_an_old_file_is_taken_away(member: User, settings: Any) -> None:
    exporting.ask_for_export(by=member, at=timezone.now())
    drain()
    DataExport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    drain()
    assert list(Path(settings.PRIVATE_MEDIA_ROOT).rglob("*.zip")) == []
    assert DataExport.objects.get().file.name == ""
