"""Names are hostile input: whatever a person is called, the page around them stays as it was."""

import pytest
from django.template import Context, Template

from portal.core.cards import HUES, PersonCard, hue_of, initials_of

HOSTILE = "<script>alert('x')</script> & \"Sons\""
RIGHT_TO_LEFT = "نور القاسم"
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 3


def rendered(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Theodora Okafor-Lind", "TO"),
        ("Marisol Quispe Tapia", "MQ"),
        ("Suharto", "S"),
        ("o'neill", "O"),
        ("'t Hooft", "TH"),
        ("Ilinca Țara", "IȚ"),
        ("Ilinca T\u0327ara", "IŢ"),
        ("ßen Öz", "SÖ"),
        (RIGHT_TO_LEFT, "ن"),
        ("李 雷", "李"),
        ("  spaced   out  ", "SO"),
        (LONG, "WW"),
        ("007", "?"),
        ("", "?"),
        ("\N{FAMILY}", "?"),
    ],
)
def test_initials_fit_the_avatar_whatever_the_name(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_a_card_without_colour_or_initials_gets_them_from_its_key_and_name() -> None:
    card = PersonCard(name="Bram Halvorsen", key="bram")
    assert (card.initials, card.hue) == ("BH", hue_of("bram"))
    assert PersonCard(name="Bram H. Jansen", key="bram").hue == card.hue


def test_hues_are_stable_and_use_the_whole_range() -> None:
    assert hue_of("bram") == 1
    assert {hue_of(str(number)) for number in range(200)} == set(range(1, HUES + 1))


@pytest.mark.parametrize("tag", ["{% byline card %}", "{% person card %}", "{% faces people %}", "{% avatar card %}"])
def test_a_hostile_name_stays_text(tag: str) -> None:
    card = PersonCard(name=HOSTILE, role="<b>boss</b>", organisation="A & B", url="/members/x/")
    html = rendered(tag, card=card, people=[card])
    assert "<script" not in html
    assert "<b>" not in html
    assert "& B" not in html


def test_every_attribute_of_a_card_is_escaped() -> None:
    quote = '"><img src=x onerror=alert(1)>'
    card = PersonCard(name="A", initials=quote, mark=quote, url=quote, kind="provider", kind_label=quote)
    html = rendered("{% byline card extra size %}", card=card, extra=quote, size=quote)
    assert "<img" not in html


def test_a_name_from_right_to_left_cannot_rearrange_its_neighbours() -> None:
    html = rendered("{% byline card %}{% person card %}", card=PersonCard(name=RIGHT_TO_LEFT))
    assert html.count(f"<bdi>{RIGHT_TO_LEFT}</bdi>") == 2


def test_a_long_name_is_shown_whole() -> None:
    assert LONG in rendered("{% byline card %}", card=PersonCard(name=LONG))


def test_a_profile_that_is_not_visible_is_not_linked() -> None:
    card = PersonCard(name="Noor Castellane")
    assert "<a" not in rendered("{% byline card %}{% person card %}", card=card)


@pytest.mark.parametrize(("kind", "shown"), [("provider", True), ("researcher", True), ("practitioner", False)])
def test_who_sells_or_studies_is_always_named_so(kind: str, shown: bool) -> None:
    card = PersonCard(name="Ottilie Brandvold", kind=kind, kind_label=kind.title())
    for tag in ("{% byline card %}", "{% person card %}"):
        assert (kind.title() in rendered(tag, card=card)) is shown


def test_faces_say_who_is_shown_and_count_the_rest() -> None:
    people = [PersonCard(name=f"Person {letter}") for letter in "ABCDEFG"]
    html = rendered("{% faces people 40 %}", people=people)
    assert html.count('class="avatar ') == 5
    assert "Person E and 42 more" in html
    assert "+42" in html
    assert "Person F" not in html


def test_nobody_has_no_faces() -> None:
    assert rendered("{% faces people %}", people=[]) == ""


def test_a_mark_that_does_not_exist_draws_nothing() -> None:
    assert rendered("{% lvl mark %}{% lvlname mark %}", mark="galactic") == ""
    assert "avatar__lvl" not in rendered("{% avatar card %}", card=PersonCard(name="A", mark="galactic"))
