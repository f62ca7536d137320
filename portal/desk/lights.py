"""How the portal itself is doing, in a line each on the desk: an app says so in its `desk.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Light:
    """One line: `tone` is good, info, call (somebody should look) or bad (something stands still)."""

    text: str
    url: str
    link: str
    tone: str = "good"


_lights: list[Callable[[Any], Light]] = []


def shines(light: Callable[[Any], Light]) -> Callable[[Any], Light]:
    """Show what the decorated function returns for whoever looks at the desk."""
    _lights.append(light)
    return light


def lights(user: Any) -> list[Light]:
    """Every line, those that need somebody first."""
    order = ("bad", "call", "info", "good")
    return sorted((light(user) for light in _lights), key=lambda light: order.index(light.tone))
