"""LibreOffice, to open the kit's files with a program that did not write them."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness import programs

# A workbook is to be worked out anew when it is opened, whatever results it brings along.
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


@dataclass(frozen=True)
class Office:
    """LibreOffice without a window, with a profile of its own."""

    program: str
    profile: Path

    def convert(self, files: Sequence[Path], to: str, into: Path) -> list[Path]:
        command = [self.program, f"-env:UserInstallation={self.profile.as_uri()}", "--headless"]
        command += ["--convert-to", to, "--outdir", str(into), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        made = [into / f"{file.stem}.{to}" for file in files]
        assert [file for file in made if not file.exists()] == [], done.stderr
        return made


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    program = programs.soffice()
    if program is None:
        message = "LibreOffice (soffice) was not found, so the kit's files cannot be opened in it: install it."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    profile = tmp_path_factory.mktemp("office")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
    return Office(program, profile)
