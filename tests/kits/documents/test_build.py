import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import date

import pytest

from kits.documents import COMPONENTS, BuiltDocument, build

RELEASED = date(2026, 11, 2)
FILES = {
    "business-case-model": ("kit-business-case-model-v1.2.xlsx", "Business-case model"),
    "sla": ("kit-sla-v1.2.docx", "Service-level agreement"),
    "decision-briefing": ("kit-decision-briefing-v1.2.pptx", "Briefing for decision makers"),
}


def built(component_id: str) -> BuiltDocument:
    return build(component_id, version="1.2", released_on=RELEASED)


def parts(content: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """Every part of the file, and those of the workbooks inside it."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    found = [(entry, archive.read(entry)) for entry in archive.infolist()]
    for entry, part in list(found):
        if entry.filename.endswith(".xlsx"):
            found += parts(part)
    return found


def test_there_is_a_file_for_each_component():
    assert set(COMPONENTS) == set(FILES)


@pytest.mark.parametrize("component_id", COMPONENTS)
def test_the_file_is_named_after_component_and_version(component_id):
    document = built(component_id)
    assert (document.filename, document.title) == FILES[component_id]
    assert document.filename.endswith(f".{document.format}")
    assert document.media_type.startswith("application/vnd.openxmlformats-officedocument.")


@pytest.mark.parametrize("component_id", COMPONENTS)
def test_every_date_inside_is_the_date_of_release(component_id):
    for entry, part in parts(built(component_id).content):
        assert entry.date_time == (2026, 11, 2, 0, 0, 0), entry.filename
        if entry.filename == "docProps/core.xml":
            dates = re.findall(rb">(\d{4}-\d\d-\d\dT[^<]*)<", part)
            assert dates
            assert set(dates) == {b"2026-11-02T00:00:00Z"}


@pytest.mark.parametrize("component_id", COMPONENTS)
def test_core_properties_carry_title_version_and_licence(component_id):
    document = built(component_id)
    core = zipfile.ZipFile(io.BytesIO(document.content)).read("docProps/core.xml").decode()
    assert f"<dc:title>{document.title}</dc:title>" in core
    assert "<cp:version>1.2</cp:version>" in core
    assert "CC BY 4.0" in core


@pytest.mark.parametrize("component_id", COMPONENTS)
def test_no_macro_and_no_link_to_another_file(component_id):
    for entry, part in parts(built(component_id).content):
        assert "vba" not in entry.filename.lower()
        assert "externalLink" not in entry.filename
        assert b'TargetMode="External"' not in part


@pytest.mark.slow
def test_the_same_release_is_the_same_to_the_byte_in_another_process():
    script = (
        "import hashlib, datetime; from kits.documents import COMPONENTS, build\n"
        "for c in COMPONENTS:\n"
        "    content = build(c, version='1.2', released_on=datetime.date(2026, 11, 2)).content\n"
        "    print(hashlib.sha256(content).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    here = [hashlib.sha256(built(component_id).content).hexdigest() for component_id in COMPONENTS]
    assert done.stdout.split() == here


def test_another_version_is_another_file():
    other = build("sla", version="1.3", released_on=RELEASED)
    assert other.content != built("sla").content


@pytest.mark.parametrize("version", ["", "1.", "v1", "1.2.3.4", "1/2", "1.2\n"])
def test_a_version_that_would_spoil_the_file_name_is_refused(version):
    with pytest.raises(ValueError, match="A version is one to three numbers"):
        build("sla", version=version, released_on=RELEASED)


def test_an_unknown_component_is_refused_and_the_known_ones_are_named():
    with pytest.raises(ValueError, match=r"No such component: charter\. There are business-case-model, sla,"):
        build("charter", version="1.2", released_on=RELEASED)
