"""The kit's files, made by code so that what people download agrees with what the portal says.

Pure Python: nothing here knows Django. `build` gives the same bytes for the same component, version and date of
release, whenever it is called, because a release is cited by the sha256 of its files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kits.documents.archive import sealed
from kits.documents.business_case_model.inputs import Case, case_from
from kits.documents.business_case_model.workbook import render as render_workbook
from kits.documents.decision_briefing.deck import render as render_deck
from kits.documents.outline import Component, components, data
from kits.documents.sla.document import render as render_agreement

__all__ = ["COMPONENTS", "BuiltDocument", "build", "worked_example"]

COMPONENTS = ("business-case-model", "sla", "decision-briefing")
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
VERSION = re.compile(r"\d+(\.\d+){0,2}")


@dataclass(frozen=True)
class BuiltDocument:
    """A file ready to be stored: `content` is the whole file, `format` its extension without the dot."""

    filename: str
    content: bytes
    media_type: str
    title: str
    format: str


def build(component_id: str, *, version: str, released_on: date) -> BuiltDocument:
    """Make one file of the kit.

    ValueError for a component that is not in COMPONENTS, and for a version unlike 1, 1.2 or 1.2.3.
    """
    if component_id not in COMPONENTS:
        message = f"No such component: {component_id}. There are {', '.join(COMPONENTS)}."
        raise ValueError(message)
    if not VERSION.fullmatch(version):
        message = f"A version is one to three numbers with dots between them, not {version!r}."
        raise ValueError(message)
    component = components()[component_id]
    content = _RENDERERS[component_id](component, version, released_on)
    return BuiltDocument(
        filename=f"kit-{component.id}-v{version}.{component.format}",
        content=sealed(content, version=version, released_on=released_on),
        media_type=MEDIA_TYPES[component.format],
        title=component.title,
        format=component.format,
    )


def worked_example() -> Case:
    """Three Rivers: the invented business case that the workbook and the briefing are filled with."""
    return case_from(data("three_rivers"))


def _workbook(component: Component, version: str, released_on: date) -> bytes:
    return render_workbook(worked_example(), component, version=version, released_on=released_on)


def _agreement(component: Component, version: str, released_on: date) -> bytes:
    return render_agreement(data("sla"), component, version=version, released_on=released_on)


def _deck(component: Component, version: str, released_on: date) -> bytes:
    text = data("decision_briefing")
    return render_deck(text, worked_example(), component, version=version, released_on=released_on)


_RENDERERS: dict[str, Callable[[Component, str, date], bytes]] = {
    "business-case-model": _workbook,
    "sla": _agreement,
    "decision-briefing": _deck,
}
