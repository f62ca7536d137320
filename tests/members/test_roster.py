"""Lists of people: looked over, brought in, taken back; and the listed, who decide for themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from members.models import Claim, Import, ImportLine, LeftOut, Profile, Record, User
from members.operations import NotAllowed
from members.rights import leaving
from members.roster import claiming, importing, reading
from portal.outbox.models import Mail
from tests.factories.members import ProfileFactory
from tests.members.post import delivered, newest

FILE = """Full name;Job title;Organization;Country;E-mail;Shoe size
Ilse Brandauer;Head of payroll;Canton of Felsberg;Austria;ilse@felsberg.example;39
Tomás Ó Briain;Buyer;County of Glenmoor;IE;;44
"""


def _read(text: str) -> reading.Reading:
    return reading.read(text.encode())


def _look_over(text: str, by: User, source: str = "Spring workshop") -> Import:
    return importing.look_over(reading=_read(text), source=source, filename="people.csv", by=by, at=timezone.now())


def _bring_in(text: str, by: User, source: str = "Spring workshop", also: tuple[int, ...] = ()) -> Import:
    batch = _look_over(text, by, source)
    importing.apply(batch=batch, also=also, by=by, at=timezone.now())
    batch.refresh_from_db()
    return batch


def _verdicts(batch: Import) -> list[str]:
    return list(batch.lines.order_by("number").values_list("verdict", flat=True))


# --- reading ----------------------------------------------------------------------------------------------------


def test_headings_of_many_offices_mean_the_same() -> None:
    found = _read(FILE)
    assert found.lines[0].values == {
        "key": "ilse@felsberg.example",
        "name": "Ilse Brandauer",
        "title": "Head of payroll",
        "organisation": "Canton of Felsberg",
        "country": "AT",
        "email": "ilse@felsberg.example",
    }
    assert found.unused == ["Shoe size"]
    assert found.lines[1].values["key"] == "tomas o briain | county of glenmoor"


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Prénom,Nom de famille,Fonction", "Zoé,Lefèvre,Cheffe"),
        ("First name\tLast name\tRole", "Zoé\tLefèvre\tCheffe"),
        ("Given|Surname|Position", "Zoé|Lefèvre|Cheffe"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_separator_and_encoding_that_office_programs_write(head: str, row: str, encoding: str) -> None:
    (line,) = reading.read(f"{head}\r\n{row}\r\n".encode(encoding)).lines
    assert (line.values["name"], line.values["title"], line.errors) == ("Zoé Lefèvre", "Cheffe", [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"Colour,Size\nred,3\n", "No column holds names"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not a text file"),
        (b"name\n" + b"A\n" * 2001, "at most 2000"),
        (b"name\n" + b"x" * reading.MOST_BYTES, "larger than 2 MB"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, words: str) -> None:
    with pytest.raises(reading.Unreadable, match=words):
        reading.read(content)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",x@y.example,", "The name is missing"),
        ("Ann,nonsense,", "is not an e-mail address"),
        ("Ann,,Atlantis", "is not a country"),
        ("Ann\u202e,,", "cannot be stored"),
        ("A" * 200 + ",,", "Use at most 120"),
    ],
)
def test_each_line_says_what_is_wrong_with_it(row: str, words: str) -> None:
    (line,) = _read(f"name,email,country\n{row}\n").lines
    assert any(words in error for error in line.errors)


def test_two_lines_for_one_person_are_one_too_many() -> None:
    first, second = _read("id,name\n7,Ann\n7,Anne\n").lines
    assert first.errors == []
    assert second.errors == ["The same person as in line 2."]


# --- looking over, bringing in, taking back ---------------------------------------------------------------------


def test_looking_over_writes_nothing(staff: User) -> None:
    batch = _look_over(FILE, staff)
    assert _verdicts(batch) == ["new", "new"]
    assert not Record.objects.exists()


def test_the_same_file_twice_is_the_same_people_once(staff: User) -> None:
    _bring_in(FILE, staff)
    again = _bring_in(FILE, staff)
    assert _verdicts(again) == ["match", "match"]
    assert Record.objects.count() == 2


def test_other_words_change_a_record_and_undoing_brings_the_old_ones_back(staff: User) -> None:
    _bring_in(FILE, staff)
    batch = _bring_in(FILE.replace("Head of payroll", "Director"), staff)
    assert _verdicts(batch) == ["change", "match"]
    assert Record.objects.get(name="Ilse Brandauer").title == "Director"
    assert importing.undo(batch=batch, by=staff, at=timezone.now()) == (1, 0)
    assert Record.objects.get(name="Ilse Brandauer").title == "Head of payroll"


def test_undoing_takes_new_records_away_but_not_what_somebody_claimed(staff: User, member: User) -> None:
    batch = _bring_in(FILE, staff)
    mine = Record.objects.get(name="Ilse Brandauer")
    claiming.claim_by_link(record=mine, by=member, at=timezone.now())
    assert importing.undo(batch=batch, by=staff, at=timezone.now()) == (1, 1)
    assert list(Record.objects.all()) == [mine]
    with pytest.raises(importing.NotNow):
        importing.undo(batch=batch, by=staff, at=timezone.now())


def test_undoing_leaves_what_a_later_import_changed(staff: User) -> None:
    first = _bring_in(FILE, staff)
    Import.objects.filter(pk=first.pk).update(applied_at=timezone.now() - timedelta(hours=1))
    first.refresh_from_db()
    _bring_in(FILE.replace("Buyer", "Head buyer"), staff)
    assert importing.undo(batch=first, by=staff, at=timezone.now()) == (1, 1)
    assert Record.objects.get().title == "Head buyer"


def test_nobody_is_recognised_by_their_name(staff: User) -> None:
    ProfileFactory(user__name="Ilse Brandauer", organisation__name="Canton of Felsberg")
    batch = _bring_in(FILE, staff)
    assert _verdicts(batch) == ["conflict", "new"]
    assert "the member Ilse Brandauer, Canton of Felsberg" in batch.lines.first().reasons[0]
    assert not Record.objects.filter(name="Ilse Brandauer").exists()


def test_a_namesake_comes_in_when_staff_say_it_is_another_person(staff: User) -> None:
    ProfileFactory(user__name="Ilse Brandauer")
    _bring_in(FILE, staff, also=(2,))
    assert Record.objects.filter(name="Ilse Brandauer").exists()


def test_who_has_an_account_is_not_listed_again(staff: User) -> None:
    ProfileFactory(user__email="ilse@felsberg.example")
    batch = _bring_in(FILE, staff)
    assert _verdicts(batch) == ["match", "new"]
    assert Record.objects.count() == 1


def test_bringing_in_twice_is_refused(staff: User) -> None:
    batch = _bring_in(FILE, staff)
    with pytest.raises(importing.NotNow):
        importing.apply(batch=batch, also=(), by=staff, at=timezone.now())


def test_staff_bring_a_file_in_from_their_desk(staff: User, client_of: Callable[[Any], Client]) -> None:
    client = client_of(staff)
    upload = {"source": "Spring workshop", "file": SimpleUploadedFile("people.csv", FILE.encode())}
    page = client.post("/manage/imports/", upload, follow=True)
    text = page.content.decode()
    assert "Ilse Brandauer" in text
    assert "Shoe size" in text
    batch = Import.objects.get()
    page = client.post(f"/manage/imports/{batch.pk}/apply/", {"also": ["2", "no number"]}, follow=True)
    assert "2 people were brought in." in page.content.decode()
    page = client.post(f"/manage/imports/{batch.pk}/undo/", follow=True)
    assert "Taken back: 2." in page.content.decode()


def test_a_bad_file_is_answered_beside_the_field(staff: User, client_of: Callable[[Any], Client]) -> None:
    upload = {"source": "Spring workshop", "file": SimpleUploadedFile("people.csv", b"Colour\nred\n")}
    page = client_of(staff).post("/manage/imports/", upload)
    assert page.status_code == 422
    assert "No column holds names" in page.content.decode()
    assert 'value="Spring workshop"' in page.content.decode()


@pytest.mark.parametrize("number", [1, 3, 30])
def test_a_long_list_costs_what_a_short_one_costs(
    number: int, staff: User, client_of: Callable[[Any], Client], django_assert_max_num_queries: Any
) -> None:
    text = "id,name\n" + "".join(f"{n},Person {n}\n" for n in range(number))
    batch, client = _bring_in(text, staff), client_of(staff)
    for address in (batch.get_absolute_url(), "/members/listed/", "/manage/imports/"):
        client.get(address)
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


# --- who sees it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended"])
def test_nobody_outside_sees_who_is_listed(
    role: str, staff: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    _bring_in(FILE, staff)
    person = request.getfixturevalue(role)
    assert not Record.objects.visible_to(person).exists()
    assert not ImportLine.objects.visible_to(person).exists()
    assert "Brandauer" not in client_of(person).get("/members/listed/", follow=True).content.decode()


def test_members_see_the_words_of_the_source_and_never_the_address(
    staff: User, member: User, client_of: Callable[[Any], Client]
) -> None:
    _bring_in(FILE, staff)
    record, client = Record.objects.get(name="Ilse Brandauer"), client_of(member)
    for address in ("/members/listed/", f"/members/listed/{record.pk}/"):
        text = client.get(address).content.decode()
        assert "Canton of Felsberg" in text
        assert "felsberg.example" not in text
    assert "Ilse" in client.get("/members/listed/?q=ILSE").content.decode()
    assert client.get(f"/manage/imports/{Import.objects.get().pk}/").status_code == 404


# --- this is me -------------------------------------------------------------------------------------------------


def _link_in_mail(to: str) -> str:
    text = newest(to).text
    return text[text.index("/listed/") :].split()[0]


def test_the_listed_are_asked_once(staff: User) -> None:
    batch = _bring_in(FILE, staff)
    assert claiming.ask_the_listed(batch=batch, by=staff, at=timezone.now()) == 1
    assert claiming.ask_the_listed(batch=batch, by=staff, at=timezone.now()) == 0
    assert len(delivered()) == 1


def test_only_staff_write_to_the_listed(staff: User, member: User) -> None:
    batch = _bring_in(FILE, staff)
    with pytest.raises(NotAllowed):
        claiming.ask_the_listed(batch=batch, by=member, at=timezone.now())
    assert not Mail.objects.exists()


def test_the_link_removes_for_good_without_an_account(staff: User, client_of: Callable[[Any], Client]) -> None:
    batch = _bring_in(FILE, staff)
    claiming.ask_the_listed(batch=batch, by=staff, at=timezone.now())
    link, nobody = _link_in_mail("ilse@felsberg.example"), Client()
    assert "Ilse Brandauer" in nobody.get(link).content.decode()
    assert Record.objects.count() == 2  # looking changes nothing
    assert "You are removed" in nobody.post(link, {"wish": "remove"}).content.decode()
    assert nobody.get(link).status_code == 404
    again = _bring_in(FILE, staff)
    assert _verdicts(again) == ["left-out", "match"]
    elsewhere = _bring_in("name,email\nI. Brandauer,ILSE@felsberg.example\n", staff, source="Another list")
    assert _verdicts(elsewhere) == ["left-out"]
    assert "Brandauer" not in str(list(LeftOut.objects.values_list("digest", flat=True)))


def test_the_link_makes_the_entry_a_member_s(staff: User, member: User, client_of: Callable[[Any], Client]) -> None:
    Profile.objects.filter(user=member).update(role="")
    batch = _bring_in(FILE, staff)
    claiming.ask_the_listed(batch=batch, by=staff, at=timezone.now())
    client_of(member).post(_link_in_mail("ilse@felsberg.example"), {"wish": "mine"})
    record = Record.objects.get(name="Ilse Brandauer")
    assert (record.state, record.claimed_by) == (Record.State.CLAIMED, member)
    assert Profile.objects.get(user=member).role == "Head of payroll"
    assert client_of(member).get(f"/members/listed/{record.pk}/").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "eyJ", "a:b:c", "\u00e9", "x" * 4000])
def test_a_forged_link_leads_nowhere(token: str, db: None) -> None:
    assert claiming.record_of(token) is None


def test_a_link_dies_with_the_address_it_was_mailed_to(staff: User) -> None:
    _bring_in(FILE, staff)
    record = Record.objects.get(name="Ilse Brandauer")
    token = claiming.token_of(record)
    Record.objects.filter(pk=record.pk).update(email="other@felsberg.example")
    assert claiming.record_of(token) is None


def test_a_claim_waits_for_staff_and_gives_nothing_before(
    staff: User, member: User, client_of: Callable[[Any], Client]
) -> None:
    _bring_in(FILE, staff)
    record = Record.objects.get(name="Ilse Brandauer")
    Profile.objects.filter(user=member).update(role="My own words")
    client_of(member).post(f"/members/listed/{record.pk}/", {"wish": "mine", "note": "Ask Tomás."})
    record.refresh_from_db()
    assert record.state == Record.State.UNCLAIMED
    claim = Claim.objects.get()
    assert "Ask Tomás." in client_of(staff).get("/manage/claims/").content.decode()
    client_of(staff).post(f"/manage/claims/{claim.pk}/", {"decision": "accept"})
    record.refresh_from_db()
    assert record.claimed_by == member
    assert Profile.objects.get(user=member).role == "My own words"
    assert "is yours now" in newest(member.email).message["Subject"]


def test_a_refused_claim_changes_nothing_and_is_told(staff: User, member: User) -> None:
    _bring_in(FILE, staff)
    record = Record.objects.get(name="Ilse Brandauer")
    claim = claiming.claim(record=record, wish="remove", note="", by=member, at=timezone.now())
    claiming.refuse(claim=claim, by=staff, at=timezone.now())
    assert Record.objects.filter(pk=record.pk, state="unclaimed").exists()
    assert "could not be given to you" in newest(member.email).message["Subject"]


def test_an_accepted_wish_to_be_removed_removes_for_good(staff: User, member: User) -> None:
    _bring_in(FILE, staff)
    record = Record.objects.get(name="Tomás Ó Briain")
    claim = claiming.claim(record=record, wish="remove", note="", by=member, at=timezone.now())
    claiming.accept(claim=claim, by=staff, at=timezone.now())
    assert _verdicts(_look_over(FILE, staff)) == ["match", "left-out"]


def test_nobody_decides_their_own_claim_and_nobody_claims_twice(staff: User, member: User) -> None:
    _bring_in(FILE, staff)
    record = Record.objects.get(name="Ilse Brandauer")
    own = claiming.claim(record=record, wish="mine", note="", by=staff, at=timezone.now())
    with pytest.raises(NotAllowed):
        claiming.accept(claim=own, by=staff, at=timezone.now())
    claiming.claim(record=record, wish="mine", note="", by=member, at=timezone.now())
    with pytest.raises(claiming.AlreadyDone):
        claiming.claim(record=record, wish="mine", note="", by=member, at=timezone.now())


def test_of_two_who_claim_one_entry_the_second_is_told(staff: User, member: User, co_member: User) -> None:
    _bring_in(FILE, staff)
    record = Record.objects.get(name="Ilse Brandauer")
    claiming.claim_by_link(record=record, by=member, at=timezone.now())
    with pytest.raises(claiming.AlreadyDone):
        claiming.claim_by_link(record=record, by=co_member, at=timezone.now())


def test_whoever_is_erased_is_not_listed_again(staff: User, member: User) -> None:
    _bring_in(FILE, staff)
    claiming.claim_by_link(record=Record.objects.get(name="Ilse Brandauer"), by=member, at=timezone.now())
    leaving.erase(person=member, credit="nobody", at=timezone.now())
    assert _verdicts(_look_over(FILE, staff)) == ["left-out", "match"]
