"""The starter kit with its first release: three files generated from the kit's own data."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from demo.progress import Progress
from kits import documents, operations
from kits.archive import Part
from kits.models import Component, Kit, Release
from members.models import User

CONTENT = Path(__file__).parent / "content" / "kit.yaml"


def load(progress: Progress, now: datetime) -> None:
    """Make the kit and release it, unless that has been done."""
    data = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    by = User.objects.programme_staff().order_by("pk").first()
    kit = Kit.objects.filter(slug=data["slug"]).first() or _make_kit(data, by)
    if not Release.objects.filter(kit=kit, version=data["version"]).exists():
        at = now - timedelta(days=data["released_days_ago"])
        operations.release(
            kit=kit,
            version=data["version"],
            severity=data["severity"],
            changelog=data["changelog"],
            licence=data["licence"],
            parts=_parts(data, at),
            by=by,
            at=at,
        )
    progress.done(f"1 kit with {kit.components.count()} components and {len(_coded(data))} files")


def _make_kit(data: dict[str, Any], by: User | None) -> Kit:
    kit = Kit(
        slug=data["slug"],
        title=data["title"],
        summary=data["summary"],
        intro=data["intro"],
        audience="public",
        live=False,
    )
    kit.components = [
        Component(
            code=row["id"],
            title=row["title"],
            description=row["description"],
            contains=row["contains"],
            stages=row["stages"],
            format=row["format"],
            sort_order=position,
        )
        for position, row in enumerate(data["components"])
    ]
    kit.save()
    kit.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    kit.refresh_from_db()
    return kit


def _coded(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in data["components"] if row["file"]]


def _parts(data: dict[str, Any], at: datetime) -> list[Part]:
    parts = []
    for row in _coded(data):
        built = documents.build(row["id"], version=data["version"], released_on=at.date())
        parts.append(
            Part(
                code=row["id"],
                title=row["title"],
                filename=built.filename,
                media_type=built.media_type,
                content=built.content,
                stages=row["stages"],
            )
        )
    return parts
