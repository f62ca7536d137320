"""Seals: the fine-line rosettes of certificates, drawn from a slug: each group and kit has its own."""

import hashlib
import math
import re
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from portal.core.policies import PUBLIC

SEAL_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
SLUG_LENGTH = 80
# Part of the address: raise it when the drawing changes, because browsers keep a seal for a year.
DRAWING = 1
LINE, ACCENT = "#2b8a70", "#d1962a"
YEAR = 31_536_000

Point = tuple[float, float]


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _closed_path(points: list[Point]) -> str:
    """A closed line through the middles of its points, bent at each point."""

    def middle(a: Point, b: Point) -> Point:
        return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2

    start = middle(points[-1], points[0])
    path = [f"M{_number(start[0])} {_number(start[1])}"]
    for index, point in enumerate(points):
        end = middle(point, points[(index + 1) % len(points)])
        path.append(f"Q{_number(point[0])} {_number(point[1])} {_number(end[0])} {_number(end[1])}")
    return "".join(path) + "Z"


def _ring(*, radius: float, swing: float, waves: int, phases: int, colour: str, turn: float = 0.0) -> str:
    """A ring of lace: one wave laid on a circle, drawn once for each phase."""
    steps, lines = waves * 6, []
    for phase in range(phases):
        shift = 2 * math.pi * phase / phases
        points = []
        for step in range(steps):
            angle = 2 * math.pi * step / steps
            reach = radius + swing * math.cos(waves * angle + shift)
            points.append((50 + reach * math.cos(angle + turn), 50 + reach * math.sin(angle + turn)))
        lines.append(f'<path d="{_closed_path(points)}" stroke="{colour}" stroke-width=".7"/>')
    return "".join(lines)


@lru_cache(maxsize=256)
def seal_svg(slug: str) -> str:
    """The seal of a slug, 4 to 9 KB: the same slug always gives the same drawing."""
    code = hashlib.sha256(slug.encode("utf-8", "surrogatepass")).digest()
    swing = 7 + code[2] % 4
    phases = 2 + code[3] % 3
    outer = _ring(radius=47 - swing, swing=swing, waves=7 + code[0] % 7, phases=phases + 1, colour=LINE)
    inner = _ring(
        radius=38 - 2 * swing, swing=8, waves=5 + code[1] % 5, phases=phases, colour=ACCENT, turn=code[4] / 40
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><g fill="none">'
        f'{outer}{inner}<circle cx="50" cy="50" r="48.6" stroke="{LINE}" stroke-width=".9"/></g></svg>'
    )


def seal_address(slug: str) -> str:
    """Where the seal of a slug is served."""
    return f"{reverse('seal', args=[slug])}?v={DRAWING}"


@PUBLIC
def seal_view(_request: HttpRequest, slug: str) -> HttpResponse:
    """The drawing as a picture that may be kept for a year; 404 for what cannot be a slug."""
    if len(slug) > SLUG_LENGTH or not SEAL_SLUG.match(slug):
        raise Http404
    response = HttpResponse(seal_svg(slug), content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response
