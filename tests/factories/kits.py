"""Kits and releases for tests."""

from datetime import UTC, datetime
from typing import Any

from kits import operations
from kits.archive import Part
from kits.models import Component, Kit, Release

TEXT = Part(code="a", title="A text", filename="a.txt", media_type="text/plain", content=b"hello", stages=("plan",))


def make_kit(slug: str = "public-kit", *, audience: str = "public", live: bool = True, **fields: Any) -> Kit:
    """A kit with one component; published unless told otherwise."""
    kit = Kit(
        slug=slug,
        title=fields.pop("title", f"Kit {slug}"),
        summary="What it is for.",
        audience=audience,
        live=False,
        **fields,
    )
    kit.components = [Component(code="a", title="A text", description="You read it.", format="txt", stages=["plan"])]
    kit.save()
    revision = kit.save_revision()
    if live:
        revision.publish(skip_permission_checks=True)
    kit.refresh_from_db()
    return kit


def make_release(
    kit: Kit, version: str = "1.0", *, by: Any = None, parts: tuple[Part, ...] = (TEXT,), quiet: bool = False
) -> Release:
    """A release of the kit."""
    return operations.release(
        kit=kit,
        version=version,
        severity="improvement",
        changelog=f"Changes of {version}.",
        parts=parts,
        by=by,
        quiet=quiet,
        at=datetime(2026, 5, 1, 12, tzinfo=UTC),
    )
