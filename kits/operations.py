"""Writes: open a kit's channel, release a version, note a download."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kits.archive import Part, build_archive
from kits.facts import KitReleased
from kits.models import Download, Kit, Release, ReleasedFile
from portal.core.rules import is_signed_in
from portal.follows import operations as follows
from portal.outbox.operations import record


class CannotRelease(ValueError):
    """The version cannot be released; the message says why and what to do."""


def keep_channel(*, kit: Kit) -> None:
    """Open the kit's channel at its first publication; afterwards keep title, address and audience in step."""
    if kit.channel is None:
        kit.channel = follows.open_channel(
            kind="kit", title=kit.title, url=kit.get_absolute_url(), audience=kit.audience
        )
        Kit.objects.filter(pk=kit.pk).update(channel=kit.channel)
    else:
        follows.keep_in_step(channel=kit.channel, title=kit.title, url=kit.get_absolute_url(), audience=kit.audience)


def release(
    *,
    kit: Kit,
    version: str,
    severity: str,
    changelog: str,
    parts: Sequence[Part],
    by: Any,
    at: datetime,
    licence: str = "CC BY 4.0",
    quiet: bool = False,
) -> Release:
    """Release `parts` as a version of the kit: files and archive into private storage, rows, and the fact.

    `queries.told_of_release` says beforehand who is told; `quiet` tells nobody.
    Files are written before the transaction, and taken away again when it fails. Raises CannotRelease.
    """
    _check(kit, version, parts)
    archive = build_archive(parts, title=kit.title, version=version, licence=licence, changelog=changelog)
    new = Release(
        kit=kit,
        version=version,
        released_at=at,
        released_by=by,
        severity=severity,
        changelog=changelog,
        licence=licence,
        archive_sha256=hashlib.sha256(archive).hexdigest(),
        archive_size=len(archive),
    )
    new.archive.save(f"{kit.slug}-{version}.zip", ContentFile(archive), save=False)
    files = [_stored(part, new) for part in parts]
    try:
        with transaction.atomic():
            _write(new, files, by=by, at=at, quiet=quiet)
    except IntegrityError as error:
        _forget(new, files)
        raise CannotRelease(_("Version %(version)s was released already.") % {"version": version}) from error
    except Exception:
        _forget(new, files)
        raise
    return new


def _check(kit: Kit, version: str, parts: Sequence[Part]) -> None:
    if not kit.live:
        raise CannotRelease(_("Publish the kit's page first."))
    if not parts:
        raise CannotRelease(_("A release needs at least one file."))
    if Release.objects.filter(kit=kit, version=version).exists():
        raise CannotRelease(_("Version %(version)s was released already.") % {"version": version})


def _stored(part: Part, new: Release) -> ReleasedFile:
    row = ReleasedFile(
        release=new,
        code=part.code,
        title=part.title,
        filename=part.filename,
        media_type=part.media_type,
        sha256=part.sha256,
        size=len(part.content),
    )
    row.file.save(part.filename, ContentFile(part.content), save=False)
    return row


def _write(new: Release, files: list[ReleasedFile], *, by: Any, at: datetime, quiet: bool) -> None:
    new.save()
    for row in files:
        row.release = new
        row.save()
    record(
        KitReleased(
            kit_id=new.kit_id,
            release_id=new.pk,
            title=new.kit.title,
            version=new.version,
            severity=new.severity,
            url=new.kit.get_absolute_url(),
            quiet=quiet,
        ),
        key=f"kit-released:{new.pk}",
        by=by,
        at=at,
    )


def _forget(new: Release, files: list[ReleasedFile]) -> None:
    """The files of a release that did not come to be."""
    for stored in [new.archive, *(row.file for row in files)]:
        stored.storage.delete(stored.name)


def note_download(*, release: Release, file: ReleasedFile | None, by: Any, at: datetime) -> None:
    """Write the ledger; a visitor's line names nobody."""
    Download.objects.create(release=release, file=file, person=by if is_signed_in(by) else None, at=at)
