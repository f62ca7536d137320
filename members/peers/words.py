"""Reasons as sentences. Each is one message for the translators, with everything it needs inside."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import get_text_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from members.choices import language_name
from members.peers.rules import REASONS_SHOWN, Ground, Reason

NAMED = 2


def sentences(reasons: Sequence[Reason]) -> list[str]:
    """The heaviest reasons in words; the stage goes into the sentence about the service lines where there is one."""
    by_ground = {reason.ground: reason for reason in reasons}
    lines, stage = by_ground.get(Ground.LINES), by_ground.get(Ground.STAGE)
    told = [each for each in reasons if not (each is stage and lines)]
    found = [_lines(each, stage) if each is lines else _SENTENCES[each.ground](each) for each in told]
    return [sentence for sentence in found if sentence][:REASONS_SHOWN]


def _list(labels: Iterable[str]) -> str:
    """At most two, the shorter first: "payroll and finance and accounting" can be read, the other way round not."""
    named = sorted((_in_sentence(label) for label in list(labels)[:NAMED]), key=len)
    return get_text_list(named, _("and"))


def _in_sentence(label: str) -> str:
    """A label inside a sentence: "payroll", but "IT" and "EU funds"."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _number(value: int) -> Any:
    """One to nine in words."""
    return apnumber(value)


def _lines(reason: Reason, stage: Reason | None) -> str:
    words = {"lines": _list(reason.labels)}
    if stage is None or stage.number is None:
        return _("Also works on %(lines)s.") % words
    if not stage.number:
        return _("Also works on %(lines)s, at the same stage as you.") % words
    words["number"] = _number(abs(stage.number))
    if stage.number > 0:
        return (
            ngettext(
                "Also works on %(lines)s, one stage ahead of you.",
                "Also works on %(lines)s, %(number)s stages ahead of you.",
                stage.number,
            )
            % words
        )
    return (
        ngettext(
            "Also works on %(lines)s, one stage behind you.",
            "Also works on %(lines)s, %(number)s stages behind you.",
            -stage.number,
        )
        % words
    )


def _offers(reason: Reason) -> str:
    words = {"subjects": _list(reason.labels)}
    if reason.willing:
        return _("Can be asked about %(subjects)s, which you look for, and offers to advise.") % words
    return _("Can be asked about %(subjects)s, which you look for.") % words


def _stage(reason: Reason) -> str:
    ahead = reason.number or 0
    if not ahead:
        return _("Is at the same stage as you.")
    words = {"number": _number(abs(ahead))}
    if ahead > 0:
        return ngettext("Is one stage ahead of you.", "Is %(number)s stages ahead of you.", ahead) % words
    return ngettext("Is one stage behind you.", "Is %(number)s stages behind you.", -ahead) % words


def _languages(reason: Reason) -> str:
    """Not the language in which the sentence is read: that one goes without saying."""
    here = (get_language() or "").split("-")[0]
    if here in reason.labels and len(reason.labels) == 1:
        return ""
    return _("Speaks %(languages)s, as you do.") % {
        "languages": get_text_list([language_name(code) for code in reason.labels if code != here][:NAMED], _("and"))
    }


def _hours(reason: Reason) -> str:
    hours = reason.number or 0
    words = ngettext("You have one working hour in common.", "You have %(number)s working hours in common.", hours)
    return words % {"number": _number(hours)}


_SENTENCES = {
    Ground.OFFERS: _offers,
    Ground.SEEKS: lambda reason: (
        _("Looks for %(subjects)s, which you can be asked about.") % {"subjects": _list(reason.labels)}
    ),
    Ground.SUBJECTS: lambda reason: (
        _("Can be asked about %(subjects)s, as you can.") % {"subjects": _list(reason.labels)}
    ),
    Ground.LINES: lambda reason: _lines(reason, None),
    Ground.LEVEL: lambda reason: _("Works at the same level: %(level)s.") % {"level": _in_sentence(reason.labels[0])},
    Ground.STAGE: _stage,
    Ground.LANGUAGES: _languages,
    Ground.COUNTRY: lambda reason: _("Works in the same country: %(country)s.") % {"country": reason.labels[0]},
    Ground.HOURS: _hours,
}
