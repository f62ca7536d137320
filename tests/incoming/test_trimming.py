"""What somebody wrote is found among what their mail program added, and nothing they wrote is lost."""

# ruff: noqa: E501 -- mails, as programs write them

import time

import pytest

from portal.incoming.trimming import marker, said

pytestmark = pytest.mark.once
ANSWER = "Let them price it themselves.\n\nOne withdrew in a week."
MAIL = "Siobhan Tregarth asked\n\nWho has done this before?\n\nOpen it:\nhttp://localhost/x/"
QUOTED = "\n".join(f"> {line}" for line in MAIL.split("\n"))

SHAPES = {
    "nothing quoted": ANSWER,
    "Gmail": f"{ANSWER}\n\nOn Mon, 23 Nov 2026 at 10:01, Shared Services CoP <\nreply+1c-5x-abc@portal.example> wrote:\n\n{QUOTED}",
    "Gmail on one line": f"{ANSWER}\n\nOn Mon, 23 Nov 2026 at 10:01, Community <a@portal.example> wrote:\n{QUOTED}",
    "Apple Mail": f"{ANSWER}\n\nOlena\n\n> On 23 Nov 2026, at 10:01, Community <a@portal.example> wrote:\n>\n{QUOTED}".replace(
        "Olena\n\n", ""
    ),
    "iPhone": f"{ANSWER}\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 10:01, Community <a@portal.example> wrote:\n> \n{QUOTED}",
    "Outlook": f"{ANSWER}\n\n________________________________\nFrom: Community <a@portal.example>\nSent: Monday, 23 November 2026 10:01\n"
    f"To: Olena Owner <o@agency.example>\nSubject: Re: Costs\n\n{MAIL}",
    "Outlook without a line": f"{ANSWER}\n\nFrom: Community <a@portal.example>\nSent: Monday, 23 November 2026 10:01\n"
    f"To: Olena Owner <o@agency.example>\nSubject: Re: Costs\n\n{MAIL}",
    "old Outlook": f"{ANSWER}\n\n-----Original Message-----\nFrom: Community\nSent: Monday\nTo: O\nSubject: Re\n\n{MAIL}",
    "Outlook in French": f"{ANSWER}\n\n-----Message d'origine-----\nDe : Community\nEnvoyé : lundi\nÀ : O\nObjet : Re\n\n{MAIL}",
    "French": f"{ANSWER}\n\nLe lun. 23 nov. 2026 à 10:01, Community <a@portal.example> a écrit :\n\n{QUOTED}",
    "Spanish": f"{ANSWER}\n\nEl lun, 23 nov 2026 a las 10:01, Community (<a@portal.example>) escribió:\n\n{QUOTED}",
    "Romanian": f"{ANSWER}\n\nÎn lun., 23 nov. 2026 la 10:01, Community <a@portal.example> a scris:\n\n{QUOTED}",
    "German": f"{ANSWER}\n\nAm 23.11.26 um 10:01 schrieb Community:\n{QUOTED}",
    "below": f"On 23/11/2026 10:01, Community wrote:\n{QUOTED}\n\n{ANSWER}",
    "below, on two lines": f"On Mon, 23 Nov 2026 at 10:01, Community <\na@portal.example> wrote:\n{QUOTED}\n\n{ANSWER}",
    "signature": f"{ANSWER}\n\n-- \nOlena Owner\nHead of payroll\n+44 20 7946 0000",
    "signature without the space": f"{ANSWER}\n\n--\nOlena Owner",
    "closing": f"{ANSWER}\n\nKind regards,\n\nOlena Owner\nHead of payroll, Wealdshire\nTel. +44 20 7946 0000",
    "closing in French": f"{ANSWER}\n\nCordialement,\nOlena",
    "closing and quotation": f"{ANSWER}\n\nBest wishes\nOlena\n\nOn 23/11/2026 10:01, Community wrote:\n{QUOTED}",
    "our line": f"{ANSWER}\n\nSomething a program wrote\n\n{marker()}\n\n{MAIL}".replace(
        "Something a program wrote\n\n", ""
    ),
    "our line, quoted": f"{ANSWER}\n\n> {marker()}\n>\n{QUOTED}",
    "lines of Windows": ANSWER.replace("\n", "\r\n") + "\r\n\r\nOn 23/11/2026, Community wrote:\r\n> x\r\n",
    "empty lines before": f"\n\n \n{ANSWER}\n\n\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_answer_alone_is_left(shape: str) -> None:
    assert said(SHAPES[shape]) == ANSWER


KEPT = {
    "thanks that begin a sentence": "Hello.\n\nThanks, that was useful. We did the same in two districts.\n\nBoth stayed.",
    "a list with hyphens": "What we did:\n\n- priced it\n- showed the board\n- waited",
    "a quotation between words": "> Who has done this before?\n\nWe have.\n\n> And what did it cost?\n\nNothing.",
    "a rule of Markdown": "Before\n\n---\n\nAfter the rule comes more.",
    "a sentence with from": "From: our side nothing.\n\nWe go on.",
    "best at the start": "We tried three.\n\nBest of all was the second, by far.",
    "signed in the middle": "First.\n\nRegards,\n\nThis is a whole sentence that goes on after it, is it not?\n\nYes.",
    "code": "    indented\n        more",
    "an address": "See https://example.org/a_b_c/?x=1&y=2 for it.",
    "not Latin": "我们做过。\n\nنحن فعلنا ذلك.\n\nЗробили.",
}


@pytest.mark.parametrize("shape", KEPT)
def test_words_are_not_lost(shape: str) -> None:
    assert said(KEPT[shape]) == KEPT[shape].strip()


@pytest.mark.parametrize(
    "text", ["", " \n \n", QUOTED, f"On 23/11/2026, Community wrote:\n{QUOTED}", f"{marker()}\n\n> x", "-- \nOlena"]
)
def test_where_nothing_was_written_nothing_is_found(text: str) -> None:
    assert said(text) == ""


def test_what_cannot_be_stored_is_left_out() -> None:
    assert said("a\x00b\u202ec\ud800d\x1be") == "abcde"
    assert said("e\u0301") == "é"


HOSTILE = {
    "On wrote": "On a wrote " * 3600,
    "many On": "On a wrote \n" * 3300,
    "On": "On " * 13_000,
    "From": "From: " * 6600,
    "From lines": "From:\n" * 6600,
    "gt": "> " * 20_000,
    "newlines": "\n" * 40_000,
    "newlines and spaces": " \n" * 20_000 + "x",
    "disclaimer": "Disclaimer: mail " * 2400,
    "disclaimer lines": "Disclaimer:\nmail\n" * 2400,
    "sent from": "Sent from my " + "w " * 20_000,
    "sent from lines": "Sent from my w\n" * 2600,
    "underscores": "_" * 40_000,
    "underscore lines": ("_" * 32 + "\n") * 1200,
    "stars": "*" * 20_000 + "From:" + " " * 20_000,
    "regards": "regards,\n" * 4000,
    "regards on one line": "kind regards, " * 2800,
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_no_text_takes_long(shape: str) -> None:
    began = time.process_time()
    said(HOSTILE[shape])
    assert time.process_time() - began < 3
