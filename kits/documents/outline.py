"""The outline of the components that are built here, and the data files they are built from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Component:
    """One file of the kit, as the outline describes it."""

    id: str
    title: str
    subject: str
    format: str
    author: str
    licence: str
    language: str


@cache
def data(name: str) -> dict[str, Any]:
    """A data file by its bare name. Callers read it and never change it."""
    return yaml.safe_load((resources.files("kits.documents") / "data" / f"{name}.yaml").read_text("utf-8"))


@cache
def components() -> dict[str, Component]:
    outline = data("kit")
    conventions = outline["conventions"]
    return {
        row["id"]: Component(
            id=row["id"],
            title=row["title"],
            subject=row["subject"],
            format=row["format"],
            author=conventions["author"],
            licence=row["licence"],
            language=conventions["language"],
        )
        for row in outline["components"]
    }
