"""The frame of every page: nothing undefined, nothing inline, nothing that tells what exists."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import css_inline
import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.core.cards import EntryCard, PersonCard, Step
from portal.core.gallery import gallery

INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", re.IGNORECASE)
SIGNED_IN = {
    "user": SimpleNamespace(is_authenticated=True, is_programme_staff=False),
    "me": PersonCard(name="Ilinca Dragomirescu-Țara", mark="national"),
    "unread_count": 3,
}


@pytest.fixture
def visit(rf: RequestFactory) -> Callable[..., HttpRequest]:
    def request(path: str = "/cases/") -> HttpRequest:
        made = rf.get(path)
        made.user = AnonymousUser()
        return made

    return request


def test_the_gallery_shows_every_component_with_nothing_undefined_or_inline(
    visit: Callable[..., HttpRequest],
) -> None:
    html = gallery(visit("/components/?theme=dark")).content.decode()
    assert 'data-theme="dark"' in html
    assert INLINE.findall(html) == []
    assert len(html) < 60_000


def test_a_theme_that_is_not_one_is_not_written_into_the_page(visit: Callable[..., HttpRequest]) -> None:
    assert "data-theme" not in gallery(visit('/components/?theme="><script>')).content.decode()


def test_a_visitor_is_offered_to_sign_in_and_to_come_back(visit: Callable[..., HttpRequest]) -> None:
    html = render_to_string("base.html", {}, visit("/cases/?level=state&q=a"))
    assert 'href="/accounts/login/?next=%2Fcases%2F%3Flevel%3Dstate%26q%3Da"' in html
    assert "Sign out" not in html


def test_the_sign_in_page_does_not_send_back_to_itself(visit: Callable[..., HttpRequest]) -> None:
    html = render_to_string("base.html", {}, visit("/accounts/login/"))
    assert 'href="/accounts/login/"' in html


def test_a_person_signed_in_has_a_badge_a_profile_and_a_way_out(visit: Callable[..., HttpRequest]) -> None:
    html = render_to_string("base.html", SIGNED_IN, visit())
    assert 'aria-label="Notifications, 3 new"' in html
    assert 'href="/members/me/"' in html
    assert re.search(r'<form method="post" action="/accounts/logout/"><input[^>]+csrfmiddlewaretoken', html)
    assert 'href="/manage/"' not in html


def test_only_programme_staff_see_the_desk(visit: Callable[..., HttpRequest]) -> None:
    staff = SimpleNamespace(is_authenticated=True, is_programme_staff=True)
    assert 'href="/manage/"' in render_to_string("base.html", SIGNED_IN | {"user": staff}, visit())


def test_without_news_the_bell_has_no_badge(visit: Callable[..., HttpRequest]) -> None:
    html = render_to_string("base.html", SIGNED_IN | {"unread_count": 0}, visit())
    assert 'aria-label="Notifications"' in html
    assert "tool__n" not in html


def test_a_badge_of_many_stays_small(visit: Callable[..., HttpRequest]) -> None:
    assert ">99+<" in render_to_string("base.html", SIGNED_IN | {"unread_count": 4321}, visit())


@pytest.mark.parametrize(("path", "place"), [("/cases/x/", "Cases"), ("/meetings/3-x/", "Working groups")])
def test_the_place_one_is_in_is_marked(visit: Callable[..., HttpRequest], path: str, place: str) -> None:
    html = render_to_string("base.html", {}, visit(path))
    assert set(re.findall(r'aria-current="true">([^<]+)<', html)) == {place}


def test_the_community_is_named_by_its_settings(visit: Callable[..., HttpRequest], settings: object) -> None:
    settings.COMMUNITY = {"name": "<Guild> of Clerks", "name_main": "Guild", "name_sub": ""}  # type: ignore[attr-defined]
    html = render_to_string("base.html", {}, visit())
    assert "&lt;Guild&gt; of Clerks</title>" in html
    assert "brand__sub" not in html


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_answers_while_something_is_broken_need_nothing(template: str) -> None:
    html = render_to_string(template)
    assert "<h1>" in html
    assert INLINE.findall(html) == []


@pytest.mark.parametrize("template", ["403.html", "403_csrf.html", "404.html", "410.html"])
def test_refusals_are_the_same_for_every_address(visit: Callable[..., HttpRequest], template: str) -> None:
    def answer(path: str) -> str:
        return render_to_string(template, {}, visit(path)).replace(path.replace("/", "%2F"), "")

    assert answer("/groups/secret/") == answer("/groups/missing/")
    assert 'rel="canonical"' not in answer("/groups/secret/")


def test_an_entry_escapes_what_people_wrote() -> None:
    hostile = "<script>alert(1)</script>"
    entry = EntryCard(title=hostile, url="/cases/x/", dek=hostile, meta=[hostile], foot=[hostile])
    html = render_to_string("components/entry.html", {"entry": entry})
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4


@pytest.mark.parametrize(
    "tag", ['{% crumbs "Cases" "/cases/" here %}', '{% crumbs "Home" "/" "Cases" "/cases/" here %}']
)
def test_the_way_here_begins_at_home_and_ends_with_this_page(tag: str) -> None:
    html = Template("{% load ui %}" + tag).render(Context({"here": "<b>"}))
    assert re.findall(r'<a href="([^"]+)">', html) == ["/", "/cases/"]
    assert '<li aria-current="page">&lt;b&gt;</li>' in html


def test_an_empty_list_offers_the_next_step() -> None:
    steps = [Step(label="Clear filters", url="/cases/")]
    html = render_to_string("components/empty.html", {"title": "Nothing", "text": "", "steps": steps})
    assert '<a class="btn btn--s btn--2" href="/cases/">Clear filters</a>' in html


def test_a_question_before_the_last_step_is_sent_with_its_token(visit: Callable[..., HttpRequest]) -> None:
    context = {"title": "Withdraw?", "question": "Sure?", "button": "Withdraw", "hidden": [("step", "2")]}
    html = render_to_string("core/confirm.html", context, visit())
    assert "csrfmiddlewaretoken" in html
    assert '<input type="hidden" name="step" value="2">' in html


MAIL = {
    "site": {"name": "Shared & Sons", "name_main": "Shared", "name_sub": "& Sons"},
    "action_url": "https://portal.example/cases/x/",
    "action_label": "Read the case",
    "reason": "You follow R&D.",
    "unsubscribe_url": "https://portal.example/u/1",
    "settings_url": "https://portal.example/s",
}


def test_mail_says_why_it_came_and_how_to_stop_it_in_both_forms() -> None:
    for template in ("email/base.html", "email/base.txt"):
        mail = render_to_string(template, MAIL)
        for url in ("action_url", "unsubscribe_url", "settings_url"):
            assert MAIL[url] in mail


def test_mail_in_text_is_not_escaped_and_mail_in_html_is() -> None:
    assert "You follow R&D." in render_to_string("email/base.txt", MAIL)
    assert "You follow R&amp;D." in render_to_string("email/base.html", MAIL)


def test_mail_without_anything_to_do_does_not_speak_of_it() -> None:
    for template in ("email/base.html", "email/base.txt"):
        assert "use the link above" not in render_to_string(template, {"site": MAIL["site"]})


def test_mail_keeps_its_dark_rules_when_styles_are_set_inline() -> None:
    inlined = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(
        render_to_string("email/base.html", MAIL)
    )
    assert "prefers-color-scheme" in inlined
    assert re.search(r'class="btn"[^>]+style="', inlined)
