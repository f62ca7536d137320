"""Makes an office file the same to the byte whenever and wherever it is built: a release is cited by its sha256."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

CORE = "docProps/core.xml"


def sealed(content: bytes, *, version: str, released_on: date) -> bytes:
    """Every date inside the file becomes the release's, and the core properties carry the version.

    An embedded workbook (the data of a chart) is such a file itself.
    """
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name.endswith(".xlsx"):
                part = sealed(part, version=version, released_on=released_on)
            elif name == CORE:
                part = _dated(part.decode("utf-8"), version, released_on).encode("utf-8")
            entry = zipfile.ZipInfo(name, (released_on.year, released_on.month, released_on.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The same on every system: made on Unix, ordinary file.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            sink.writestr(entry, part, compresslevel=9)
    return target.getvalue()


def _dated(core: str, version: str, released_on: date) -> str:
    moment = f"{released_on.isoformat()}T00:00:00Z"
    core = re.sub(r"(<dcterms:(created|modified)[^>]*>)[^<]*(</)", rf"\g<1>{moment}\g<3>", core)
    if "<cp:version>" in core:
        return core
    return core.replace("</cp:coreProperties>", f"<cp:version>{version}</cp:version></cp:coreProperties>")
