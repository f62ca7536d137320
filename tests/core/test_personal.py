"""Whoever points at people says what becomes of it; nobody can forget to."""

import pytest

from portal.core import personal
from portal.core.checks import every_key_to_an_account_has_a_rule


def test_every_key_to_an_account_has_a_rule_that_the_database_keeps() -> None:
    assert personal.faults() == []
    assert set(personal.keys_to_accounts()) >= {
        "follows.Follow.user",
        "wagtailcore.Revision.user",
        "outbox.Mail.person",
    }


def test_a_key_that_nobody_declared_stops_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(personal._holdings, "follows.Follow.user")
    (error,) = every_key_to_an_account_has_a_rule(None)
    assert error.id == "portal.E006"
    assert error.msg.startswith("follows.Follow.user points at an account")


def test_a_rule_that_the_database_does_not_keep_stops_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        personal._holdings,
        "follows.Follow.user",
        personal.Holding("follows.Follow.user", personal.NAMELESS, "what", {"since": "since"}),
    )
    assert personal.faults() == ["follows.Follow.user is declared nameless, but its on_delete is CASCADE."]


def test_a_declaration_without_its_key_stops_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        personal._holdings,
        "follows.Gone.user",
        personal.Holding("follows.Gone.user", personal.ERASED, "what", {"a": "a"}),
    )
    assert personal.faults() == ["follows.Gone.user is declared in a personal.py, but there is no such key."]


@pytest.mark.parametrize(("columns", "kept_back"), [(None, ""), ({"since": "since"}, "a secret")])
def test_what_is_not_exported_has_a_reason(columns: dict[str, str] | None, kept_back: str) -> None:
    with pytest.raises(ValueError, match="say why"):
        personal.holds("any.Thing.user", personal.ERASED, "what", columns, kept_back=kept_back)


@pytest.mark.django_db
@pytest.mark.parametrize("holding", personal.all_holdings(), ids=lambda holding: holding.key)
def test_every_column_of_the_export_can_be_read(holding: personal.Holding, member: object) -> None:
    assert all(set(row) == set(holding.columns) for row in holding.rows_of(member))
