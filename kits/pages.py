"""What the page of a kit is made of, for the public view and for the editors' preview alike."""

from typing import Any

from django.template.defaultfilters import filesizeformat

from kits import queries
from kits.models import Kit, Release, ReleasedFile
from portal.follows.queries import is_following
from portal.taxonomy.models import Stage


def kit_page(kit: Kit, user: Any) -> dict[str, Any]:
    """The template context of a kit."""
    releases = queries.releases(kit) if kit.pk else []
    newest = releases[0] if releases else None
    held = queries.held_version(kit, user) if kit.pk else ""
    return {
        "kit": kit,
        "components": _components(kit, newest),
        "releases": releases,
        "newest": newest,
        "held": held,
        "outdated": bool(held and newest and held != newest.version),
        "following": bool(kit.channel_id) and is_following(user, kit.channel),
        "downloads": queries.download_count(kit) if kit.pk else 0,
    }


def _components(kit: Kit, newest: Release | None) -> list[dict[str, Any]]:
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


def _size(file: ReleasedFile | None) -> str:
    return filesizeformat(file.size) if file else ""
