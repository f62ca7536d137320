"""What holds the repository together beside its code."""

import re
import tomllib

import pytest
import yaml

from tests.architecture.source import ROOT, files, name

PROJECT = (ROOT / "pyproject.toml").read_text()
LOCKS = ("requirements.txt", "requirements-dev.txt")
TEXTS = (
    "*.py",
    "*.html",
    "*.txt",
    "*.md",
    "*.toml",
    "*.yml",
    "*.yaml",
    "*.css",
    "*.js",
    "*.sh",
    "Makefile",
    "Dockerfile",
)
# Folders of one person's machine; they mean nothing on another.
MACHINE_PATH = re.compile(r"(?<![\w.:])/(?:(?:home|Users)/[\w.-]+/|(?:root|w[o]rk|workspace)/)[\w.-]+")


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_every_dependency_says_why_it_is_there():
    lines = PROJECT.splitlines()
    start = lines.index("dependencies = [")
    declared = [
        number for number, line in enumerate(lines) if number > start and re.match(r'    "[a-z0-9-]+[\[><=]', line)
    ]
    unexplained = [lines[number].strip() for number in declared if not lines[number - 1].lstrip().startswith("# ")]
    assert len(declared) > 20
    assert unexplained == []


def test_every_dependency_is_locked():
    project = tomllib.loads(PROJECT)["project"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for lock, requirements in wanted.items():
        names = {re.split(r"[\[><=]", requirement)[0] for requirement in requirements}
        assert names - set(pins(lock)) == set(), f"{lock}: run `make lock`"


def test_what_is_tested_is_what_runs():
    running, tested = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: (version, tested.get(name)) for name, version in running.items() if tested.get(name) != version} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text()
    assert re.findall(r"https?://|--index-url|--find-links|^-e |file:", text, re.MULTILINE) == []
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_one_postgresql_everywhere():
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["db"]["image"]
    major = image.split(":")[1].split(".")[0]
    said = re.findall(r"PostgreSQL (\d+) in production", (ROOT / "docs" / "operations.md").read_text())
    assert set(said) == {major}


def test_every_setting_of_the_environment_is_explained():
    read = re.findall(
        r"env\.(?:text|flag|number|words)\(\s*\"([A-Z][A-Z0-9_]+)\"",
        "".join((ROOT / "portal" / name).read_text() for name in ("settings.py", "sign_in.py")),
    )
    explained = (ROOT / "docs" / "operations.md").read_text()
    assert len(read) > 10
    assert [variable for variable in sorted(set(read)) if f"`{variable}`" not in explained] == []


def test_no_file_names_a_folder_of_one_machine():
    found = [
        f"{name(path)}: {match[0]}"
        for path in files(*TEXTS)
        for match in MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_links_between_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *files("*.md", under=ROOT / "docs")]
    broken = [
        f"{name(path)}: {target}"
        for path in documents
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists()
    ]
    assert broken == []


def test_promised_files_are_there():
    promised = (
        "README.md",
        "LICENSE",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/architecture.md",
        "docs/glossary.md",
    )
    assert [path for path in promised if not (ROOT / path).exists()] == []
    assert len(list((ROOT / "docs" / "adr").glob("0*.md"))) >= 5
