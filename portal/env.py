"""Reads the environment: typed, with a sentence that helps when a value is wrong."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The value of NAME, or of the file that NAME_FILE points to (container secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Whether NAME is on; accepts 1/0, true/false, yes/no, on/off."""
    value = text(name).strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    msg = f"{name} is {value!r}; write 1 or 0."
    raise ImproperlyConfigured(msg)


def number(name: str, default: int) -> int:
    """NAME as a whole number."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        msg = f"{name} is {value!r}; write a whole number."
        raise ImproperlyConfigured(msg) from error


def words(name: str, default: str = "") -> list[str]:
    """NAME as a list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def numbers(name: str) -> dict[str, int]:
    """NAME as `word=number` pairs, separated by commas."""
    found = {}
    for pair in words(name):
        word, _equals, value = pair.partition("=")
        if not value.strip().isdecimal():
            msg = f"{name} has {pair!r}; write word=number, separated by commas."
            raise ImproperlyConfigured(msg)
        found[word.strip()] = int(value)
    return found


def database(url: str, sqlite_path: Path) -> dict[str, object]:
    """Django's database settings for DATABASE_URL, or SQLite at the given path when it is empty.

    SQLite takes its write lock at BEGIN (IMMEDIATE): with the default, a transaction that reads first and
    writes later fails with "database is locked" as soon as two of them meet.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sqlite_path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        msg = "DATABASE_URL must start with postgres://, or be left out for SQLite."
        raise ImproperlyConfigured(msg)
    host = parse_qs(parts.query).get("host", [unquote(parts.hostname or "")])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": number("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": f"-c statement_timeout={number('DATABASE_STATEMENT_TIMEOUT_MS', 5000)}"
            " -c idle_in_transaction_session_timeout=15000",
        },
    }
