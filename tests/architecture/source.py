"""The repository's own files, for the tests of its shape."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("portal", "members", "cases", "kits", "workinggroups", "demo")
NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__", "static-collected", "test-results"}


def files(*patterns: str, under: Path = ROOT) -> Iterator[Path]:
    """Files of the repository that match, without what is installed or made."""
    for entry in sorted(under.iterdir()):
        if entry.name in NOT_OURS or entry.name.endswith("_cache"):
            continue
        if entry.is_dir():
            yield from files(*patterns, under=entry)
        elif any(entry.match(pattern) for pattern in patterns):
            yield entry


def modules() -> Iterator[Path]:
    """Python modules of the portal and its features, migrations excepted."""
    for app in APPS:
        yield from (path for path in files("*.py", under=ROOT / app) if "migrations" not in path.parts)


def name(path: Path) -> str:
    """The path as a reader of a failure wants it."""
    return str(path.relative_to(ROOT))
