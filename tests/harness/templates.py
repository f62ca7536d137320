"""Makes an undefined variable in one of our own templates fail the test."""

import inspect
from pathlib import Path
from typing import Self

from django.template.base import Node

OURS = Path(__file__).resolve().parent.parent.parent / "templates"


class UndefinedVariableUsed(AssertionError):
    """A template used a variable that its view did not give it."""


class UndefinedVariable(str):
    """What Django renders for an undefined variable; formatting it with the variable's name raises.

    Templates of libraries rely on Django's silence and keep it: there this is Django's own empty string, so that
    their filters (`|default:`) are applied.
    """

    __slots__ = ()

    def __new__(cls) -> Self:
        return super().__new__(cls, "")

    def __bool__(self) -> bool:
        origin = _template_being_rendered()
        return bool(origin) and OURS in Path(origin).parents

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, variable: object) -> str:
        origin = _template_being_rendered()
        msg = f"{Path(origin).relative_to(OURS)}: undefined variable {variable}"
        raise UndefinedVariableUsed(msg)


def _template_being_rendered() -> str:
    """The file of the innermost template node on the stack."""
    frame = inspect.currentframe()
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin)
        frame = frame.f_back
    return ""
