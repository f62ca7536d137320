"""The zip of a release: every file, a manifest, the changes and the licence. The same input gives the same bytes."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from portal.core.tables import write_csv

EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's earliest date: a release is known by its version, not by a clock


@dataclass(frozen=True)
class Part:
    """A file on its way into a release."""

    code: str
    title: str
    filename: str
    media_type: str
    content: bytes
    stages: Sequence[str] = ()

    @property
    def sha256(self) -> str:
        """The checksum, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class ManifestLine:
    """What the manifest says of a file: identifier, version, format, checksum, title, stages, licence."""

    id: str
    version: str
    format: str
    filename: str
    sha256: str
    size: int
    title: str
    stage: str
    licence: str


def manifest(parts: Sequence[Part], *, version: str, licence: str) -> list[ManifestLine]:
    """One line for each file, in their order."""
    return [
        ManifestLine(
            id=part.code,
            version=version,
            format=part.filename.rsplit(".", 1)[-1],
            filename=part.filename,
            sha256=part.sha256,
            size=len(part.content),
            title=part.title,
            stage=" ".join(part.stages),
            licence=licence,
        )
        for part in parts
    ]


def build_archive(parts: Sequence[Part], *, title: str, version: str, licence: str, changelog: str) -> bytes:
    """The zip's bytes."""
    lines = manifest(parts, version=version, licence=licence)
    texts = {
        "MANIFEST.json": json.dumps(
            {
                "title": title,
                "version": version,
                "licence": licence,
                "files": [asdict(line) for line in lines],
            },
            indent=2,
            ensure_ascii=False,
        ),
        "MANIFEST.csv": _csv([asdict(line) for line in lines]),
        "CHANGES.md": changelog,
        "SHA256SUMS": "".join(f"{line.sha256}  {line.filename}\n" for line in lines),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(zipfile.ZipInfo(part.filename, EPOCH), part.content, zipfile.ZIP_DEFLATED)
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _csv(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    write_csv(buffer, rows[0] if rows else ["id"], rows)
    return buffer.getvalue()
