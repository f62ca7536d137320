"""What the page of a kit is made of, for the public view and for the editors' preview alike."""

from collections.abc import Sequence
from typing import Any

from django.template.defaultfilters import filesizeformat

from portal.taxonomy.models import Stage


def kit_page(kit: Any, releases: Sequence[Any] = (), *, held: str = "", downloads: int = 0) -> dict[str, Any]:
    """The template context of a kit with its releases, newest first; `held` is the version its reader took."""
    newest = releases[0] if releases else None
    return {
        "kit": kit,
        "components": _components(kit, newest),
        "releases": releases,
        "newest": newest,
        "held": held,
        "outdated": bool(held and newest and held != newest.version),
        "downloads": downloads,
    }


def _components(kit: Any, newest: Any) -> list[dict[str, Any]]:
    """Each component with its stages in words and, where there is one, its file in the newest release."""
    labels = dict(Stage.objects.values_list("slug", "label"))
    files = {file.code: file for file in newest.files.all()} if newest else {}
    return [
        {
            "title": component.title,
            "description": component.description,
            "contains": component.contains,
            "stages": [labels[slug] for slug in component.stages if slug in labels],
            "format": component.format,
            "file": files.get(component.code),
            "size": _size(files.get(component.code)),
        }
        for component in kit.components.all()
    ]


def _size(file: Any) -> str:
    return filesizeformat(file.size) if file else ""
