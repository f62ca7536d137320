"""Pieces that one can hold in one's head: what grows beyond these has a second name in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import modules, name

MODULE_LINES = 400
FUNCTION_LINES = 40
VIEW_LINES = 15


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function or method, and the lines of its body: neither signature, decorators nor docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = node.end_lineno - body[0].lineno + 1 if body else 0
            yield f"{name(path)}:{node.lineno} {node.name}", lines


def too_long(limit: int, paths: Iterator[Path]) -> list[str]:
    return [f"{where}: {lines} lines" for path in paths for where, lines in functions(path) if lines > limit]


def test_modules_stay_readable():
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {where: lines for where, lines in long.items() if lines > MODULE_LINES} == {}


def test_functions_stay_readable():
    assert too_long(FUNCTION_LINES, modules()) == []


def test_views_translate_and_decide_nothing():
    views = (path for path in modules() if path.name == "views.py" or path.parent.name == "views")
    assert too_long(VIEW_LINES, views) == []


def test_no_module_is_named_after_nothing():
    nameless = {"utils.py", "helpers.py", "services.py", "misc.py", "common.py"}
    assert [name(path) for path in modules() if path.name in nameless] == []
