"""What the browser is sent: small, self-hosted, readable in both themes and both directions."""

import re
from pathlib import Path

import pytest

from portal.core.templatetags.ui import ICONS, icon

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "static/css/portal.css").read_text(encoding="utf-8")
PHYSICAL = re.compile(
    r"(?<![-\w])(?:(?:margin|padding|border)-(?:left|right)(?:-\w+)?|left|right|(?:text-align|float):\s*(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)-radius)(?=\s*:|\s*[;}])"
)

# text, ground: every pair that the sheet sets.
PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface", "sunken")],
    *[("brand", ground) for ground in ("paper", "surface", "brand-tint")],
    *[("link", ground) for ground in ("paper", "surface", "sunken")],
    ("on-brand", "brand"),
    ("on-brand", "brand-2"),
    ("call-ink", "call-tint"),
    ("good", "good-tint"),
    ("bad", "bad-tint"),
    ("bad", "paper"),
    ("bad", "surface"),
    ("paper", "bad"),
    ("info", "info-tint"),
    ("ink", "good-tint"),
    ("ink", "brand-tint"),
    ("paper", "ink"),
    ("on-band", "band"),
    ("on-band-2", "band"),
    ("on-band", "band-2"),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})\b", block))


def themes() -> dict[str, dict[str, str]]:
    light = tokens(re.search(r":root\{(.*?)\n\}", CSS, re.DOTALL)[1])
    system = tokens(re.search(r":root:not\(\[data-theme=light\]\)\{(.*?)\n\}", CSS, re.DOTALL)[1])
    chosen = tokens(re.search(r":root\[data-theme=dark\]\{(.*?)\n\}", CSS, re.DOTALL)[1])
    return {"light": light, "dark": light | system, "dark by choice": light | chosen}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
def test_the_borders_of_controls_can_be_seen(theme: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours["rule-2"], colours[ground]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("level", ["national", "state", "county", "local", "partner"])
def test_the_marks_of_levels_can_be_seen(theme: str, level: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[f"lv-{level}"], colours["surface"]) >= 3


def test_initials_stand_out_from_every_hue() -> None:
    hues = re.findall(r"\.hue-\d\{--hue:(#\w+);--hue-ink:(#\w+)\}", CSS)
    assert len(hues) == 6
    assert min(contrast(ground, ink) for ground, ink in hues) >= 4.5


def test_the_dark_theme_is_the_same_chosen_or_from_the_system() -> None:
    assert themes()["dark"] == themes()["dark by choice"]


def test_every_colour_that_is_used_is_defined() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)", CSS))
    defined = set(re.findall(r"--([a-z0-9-]+):", CSS))
    assert used <= defined


def test_the_sheet_has_no_sides_only_beginnings_and_ends() -> None:
    assert PHYSICAL.findall(CSS) == []


def test_what_is_loaded_stays_small() -> None:
    assert len(CSS.encode()) < 60_000
    assert sum(path.stat().st_size for path in (ROOT / "static/js").glob("**/*.js")) < 40_000


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert re.findall(r"url\((?!\.\./(?:fonts|img)/)[^)]*\)|@import", CSS) == []
    for address in re.findall(r"url\(\.\./([^)]+)\)", CSS):
        assert (ROOT / "static" / address).is_file(), address


def test_the_fonts_come_with_their_licences() -> None:
    assert {path.name for path in (ROOT / "static/fonts").glob("LICENSE-*")} == {
        "LICENSE-public-sans.txt",
        "LICENSE-source-serif-4.txt",
    }
    assert (ICONS / "LICENSE").is_file()


def test_every_icon_that_is_named_exists() -> None:
    named: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8")))
    for package in ("portal", "members", "cases", "kits", "workinggroups"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "from wagtail" in text:  # the editors' area has icons of its own
                continue
            named |= set(re.findall(r'\bicon(?:: str)? ?= ?"([a-z0-9-]+)"', text))
    assert len(named) > 10
    for name in named:
        assert icon(name).startswith("<svg")


@pytest.mark.parametrize("name", ["no-such-icon", "../../../settings", "LICENSE", ""])
def test_an_icon_that_does_not_exist_is_a_mistake(name: str) -> None:
    with pytest.raises(LookupError, match="no icon named"):
        icon(name)
