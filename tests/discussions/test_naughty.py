"""Whatever is typed into a discussion is shown as text: on pages, in lists, in mails."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.core.markdown import SCHEMES, TAGS
from portal.discussions import mentions
from portal.discussions.models import Post, Thread
from portal.follows.models import Channel
from tests.factories.discussions import make_reply, make_thread
from tests.factories.notifications import wants_mail

NAUGHTY = [
    "{{ 7|add:7 }}{% now %}",
    "'\"><img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "'; DROP TABLE discussions_post; --",
    "%s %(title)s %d %%",
    "\u200fעברית\u200f mixed العربية",
    "Z̸̡̛a̶l̵g̷o̴ ̴t̷e̸x̵t̶",
    "👩🏽‍🏫 🏴‍☠️ 🇷🇴",
    "ﷺ" * 50,
    "W" * 160,
    "../../etc/passwd",
    "\\\\server\\share",
    "null undefined NaN true",
    "＜script＞alert(1)＜/script＞",
    "a\u00adb\u200bc\u2028d",
    "-- \nsignature",
    "0e1 1e1000 0x10",
    "=cmd|' /C calc'!A0",
    "&lt;b&gt; &amp; &#x3C;",
    "javascript:alert(1)",
]

# Each a way by which text has become code somewhere: through Markdown, HTML, attributes, addresses, entities.
VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.example/a.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<form><button formaction=javascript:alert(1)>x",
    "<style>@import '//x.example/a.css';</style>",
    "<link rel=stylesheet href=//x.example/a.css>",
    "<base href=//x.example/>",
    "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<object data=javascript:alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    '[x](https://agency.example/"onmouseover="alert(1))',
    "[x](https://agency.example/ 'title\" onmouseover=\"alert(1)')",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](https://x.example/pixel.png)",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](https://x.example/)',
    "<javascript:alert(1)>",
    '<https://agency.example/"onclick="alert(1)>',
    "`<img src=x onerror=alert(1)>`",
    '```"><script>alert(1)</script>\nx\n```',
    "# <img src=x onerror=alert(1)>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| x |",
    "> <script>alert(1)</script>",
    "- <svg onload=alert(1)>",
    "@anna<script>alert(1)</script>",
    "<b>@anna</b><img src=x onerror=alert(1)>",
    "[@anna](javascript:alert(1))",
    '@anna" onclick="alert(1)',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<!--<img src="--><img src=x onerror=alert(1)>">',
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a\x0bhref=javascript:alert(1)>x</a>",
    "\u2028<script>alert(1)</script>",
    "<img src=`x` onerror=alert(1)>",
]
ALLOWED_ATTRIBUTES = {"href", "rel", "start", "title", "lang"}


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """The elements a browser would find, with their attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))  # type: ignore[method-assign]
    parser.feed(html)
    return found


@pytest.mark.parametrize("text", VECTORS)
def test_nothing_in_a_post_runs_or_is_fetched(text: str) -> None:
    for tag, attributes in elements(str(mentions.shown(text, {}))):
        assert tag in TAGS
        assert set(attributes) <= ALLOWED_ATTRIBUTES
        assert (attributes.get("href") or "https:").split(":", 1)[0] in SCHEMES
    named = mentions.shown(text, {"anna": mentions.PersonCard(name="Anna <b>", url="/members/anna/")})
    for tag, attributes in elements(str(named)):
        assert tag in TAGS | {"bdi"}
        assert set(attributes) <= ALLOWED_ATTRIBUTES | {"class"}
        assert (attributes.get("href") or "/").split(":", 1)[0] in SCHEMES | {"/", "/members/anna/"}


def test_a_page_of_vectors_holds_no_element_that_is_not_its_own(
    channel: Channel, member: User, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(member)
    plain = make_thread(channel, by=member, title="Plain", body="x")
    own = {tag for tag, _attributes in elements(client.get(plain.get_absolute_url()).content.decode())}
    thread = make_thread(channel, by=member, title="<img src=x onerror=alert(1)>", body="x")
    for text in VECTORS[:19]:
        make_reply(thread, by=member, body=text.replace("\x0b", " "))
    page = client.get(thread.get_absolute_url())
    found = elements(page.content.decode())
    assert {tag for tag, _attributes in found} - own <= TAGS
    assert [name for _tag, attributes in found for name in attributes if name.startswith("on")] == []
    assert "alert(1)" in page.content.decode(), "it is shown, as text"


@pytest.mark.parametrize("text", NAUGHTY)
def test_whatever_is_typed_is_kept_and_shown_everywhere(
    text: str, channel: Channel, member: User, lead: User, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(member)
    thread = make_thread(channel, by=member, title=" ".join(text.split())[:160], body=text, quiet=False)
    for url in (
        thread.get_absolute_url(),
        f"{thread.get_absolute_url()}reply/?to=1",
        f"{thread.get_absolute_url()}1/edit/",
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
    assert client.get(f"{thread.get_absolute_url()}1/edit/").context["form"]["body"].value() == Post.objects.get().body
    assert client_of(lead).get("/notifications/").status_code == 200
    assert Thread.objects.get().slug


@pytest.mark.parametrize("text", [*NAUGHTY, *VECTORS[::5], "Title\r\nBcc: everybody@x.example"])
def test_every_mail_parses_and_runs_nothing(text: str, channel: Channel, member: User, lead: User, sent: Any) -> None:
    body = text.replace("\x0b", " ")
    wants_mail(lead)
    make_thread(channel, by=member, title=" ".join(body.split())[:160], body=body, quiet=False)
    later = timezone.now() + timedelta(minutes=6)
    with time_machine.travel(later, tick=False):
        mails = [mail for mail in sent() if lead.email in mail.to]
    assert len(mails) == 1
    parsed = message_from_bytes(mails[0].message().as_bytes(linesep="\r\n"), policy=SMTP)
    assert parsed["Bcc"] is None
    assert parsed["Subject"].count("\n") == 0
    text_part, html = (parsed.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "".join(body.split())[:40] in "".join(text_part.split())
    for tag, attributes in elements(html):
        assert tag not in {"script", "img", "svg", "iframe", "object", "form", "video"}
        assert not [name for name in attributes if name.startswith("on")]


def test_the_corpus_is_not_empty() -> None:
    assert len(NAUGHTY) >= 20
    assert len(VECTORS) >= 50
