"""Reads a CSV file of people whatever program wrote it: separators, encodings and headings of many offices.

Knows nothing of what is stored; `importing` compares.
"""

import csv
import io
import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django_countries import countries

from members.folding import fold
from members.models.roster import KEY, NAME, ORGANISATION, TITLE
from portal.core.text import clean_text

MOST_LINES = 2000
MOST_BYTES = 2 * 1024 * 1024
LIMITS = {"key": KEY, "name": NAME, "title": TITLE, "organisation": ORGANISATION, "email": 254, "country": 60}

# What a heading may be called, folded: without case, accents, and what is not a letter.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "key": ("key", "id", "number", "no", "record", "reference", "ref", "sourceid", "identifier", "numero", "nr"),
    "name": ("name", "fullname", "person", "participant", "contact", "displayname", "nom", "nombre", "nume"),
    "given": ("given", "givenname", "givennames", "first", "firstname", "forename", "prenom", "nombres", "prenume"),
    "family": ("family", "familyname", "last", "lastname", "surname", "nomdefamille", "apellido", "apellidos"),
    "title": ("title", "jobtitle", "role", "position", "function", "job", "titre", "fonction", "cargo", "functie"),
    "organisation": (
        *(
            "organisation",
            "organization",
            "agency",
            "employer",
            "department",
            "company",
            "institution",
            "body",
            "office",
        ),
        *("organisme", "organizacion", "organizacao", "institutie", "affiliation"),
    ),
    "email": ("email", "mail", "emailaddress", "address", "courriel", "correo", "correoelectronico", "workemail"),
    "country": ("country", "countrycode", "nation", "pays", "pais", "tara"),
}
_FIELD_OF = {synonym: name for name, synonyms in SYNONYMS.items() for synonym in synonyms}


class Unreadable(ValueError):
    """The file as a whole cannot be used; the message says what to do."""


@dataclass
class Line:
    """One person as the file has them, with what is wrong."""

    number: int
    values: dict[str, str]
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """What a file holds: its lines, and headings that nothing is known of."""

    lines: list[Line]
    unused: list[str]


def read(content: bytes) -> Reading:
    """The people in a file. Raises Unreadable when nothing of it can be used."""
    rows = _rows(_text(content))
    if not rows:
        raise Unreadable(_("The file is empty. The first line names the columns, each further line is a person."))
    columns, unused = _columns(rows[0])
    if not ({"name", "family"} & set(columns.values())):
        raise Unreadable(
            _("No column holds names. Call one “name”, or two of them “first name” and “last name”. Found: %(found)s.")
            % {"found": ", ".join(rows[0]) or "–"}
        )
    if len(rows) - 1 > MOST_LINES:
        raise Unreadable(
            _("Split the file: it has %(lines)d lines, and at most %(most)d fit into one import.")
            % {"lines": len(rows) - 1, "most": MOST_LINES}
        )
    lines = [_line(number, row, columns) for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    _refuse_twice(lines)
    return Reading(lines, unused)


def _text(content: bytes) -> str:
    """The text in whichever of the two encodings that office programs write; UTF-16 names itself."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 2 MB. Split it."))
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(_("This is not a text file. Save the table as CSV (UTF-8) and choose that file."))


def _rows(text: str) -> list[list[str]]:
    head = text.split("\n", 1)[0]
    separator = max(",;\t|", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise Unreadable(_("The file breaks off inside a field: a quotation mark is missing somewhere.")) from error


def _columns(head: list[str]) -> tuple[dict[int, str], list[str]]:
    """Which field each column is, the first of two that mean the same; and the headings that mean none."""
    columns: dict[int, str] = {}
    unused: list[str] = []
    for index, heading in enumerate(head):
        name = _FIELD_OF.get(re.sub(r"[^a-z]", "", fold(heading)))
        if name and name not in columns.values():
            columns[index] = name
        elif heading.strip():
            unused.append(heading.strip()[:60])
    return columns, unused


def _line(number: int, row: list[str], columns: dict[int, str]) -> Line:
    line = Line(number, {})
    raw = {name: row[index].strip() if index < len(row) else "" for index, name in columns.items()}
    parts = (raw.pop("given", ""), raw.pop("family", ""))
    raw["name"] = raw.get("name") or " ".join(part for part in parts if part)
    for name, limit in LIMITS.items():
        try:
            line.values[name] = clean_text(raw.get(name, ""), max_length=limit, lines=False)
        except ValidationError as error:
            line.values[name] = ""
            line.errors.append(f"{name}: {' '.join(error.messages)}")
    _check(line)
    line.values["key"] = line.values["key"] or _own_key(line.values)
    return line


def _check(line: Line) -> None:
    """What each field must be; a country may be a code or a name."""
    values = line.values
    if not values["name"] and not line.errors:
        line.errors.append(_("The name is missing."))
    if values["email"]:
        values["email"] = values["email"].lower()
        try:
            validate_email(values["email"])
        except ValidationError:
            line.errors.append(_("“%(text)s” is not an e-mail address.") % {"text": values["email"]})
    if values["country"]:
        code = _country(values["country"])
        if code:
            values["country"] = code
        else:
            line.errors.append(_("“%(text)s” is not a country.") % {"text": values["country"]})


def _country(text: str) -> str:
    if len(text) == 2 and countries.name(text.upper()):  # noqa: PLR2004 -- ISO 3166-1 alpha-2
        return text.upper()
    wanted = fold(text)
    return next((code for code, name in countries if fold(str(name)) == wanted), "") or countries.by_name(text)


def _own_key(values: dict[str, str]) -> str:
    """A name for the line where the file has none: the address, else name and organisation together."""
    return (values["email"] or fold(f"{values['name']} | {values['organisation']}"))[:KEY]


def _refuse_twice(lines: list[Line]) -> None:
    """Two lines for one person would overwrite each other."""
    first: dict[str, int] = {}
    for line in lines:
        key = line.values["key"]
        if key in first:
            line.errors.append(_("The same person as in line %(number)d.") % {"number": first[key]})
        else:
            first[key] = line.number
