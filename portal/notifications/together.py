"""Mails of one fact that go out together: asked for in a few queries, composed once, and asked again one by one.

Only for kinds that say so (`Kind.same_for_all`), and only for the few mails that one preparation covers, a second at
most (`portal.outbox.preparing`): their text may be that old. What decides whether somebody gets a mail may not: right
before each mail goes out, one query looks whether anything of it has changed since, from a seat to a preference. Where
it has, the mail is prepared by itself, as every other is.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone, translation

from portal.follows.models import Seat
from portal.incoming.queries import is_paused
from portal.notifications.kinds import kind_called
from portal.notifications.models import Level, Notification, Preference
from portal.notifications.settling import settle
from portal.outbox.models import Mail
from portal.outbox.preparing import prepares

# Stands in the common text for what opens the link of one reader alone.
READERS_OWN = "readers-own-token"
# Stands in a prepared question for the notice that is asked about.
_ANY = -1


@dataclass(frozen=True)
class Prepared:
    """What was found out about one mail together with others."""

    notices: Sequence[Notification]
    common: "Common"
    _question: "Question"
    _answer: tuple[Any, ...]

    def holds(self) -> bool:
        """Whether nothing has changed that decides about this mail."""
        return self._question.ask(self.notices[0].pk) == self._answer


class Common:
    """What was composed so far for mails that are sent together."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def once(self, notice: Notification, make: Callable[[], Any]) -> Any:
        """What `make` makes: once for all who came by the same route and read in the same language and zone."""
        zone, language = timezone.get_current_timezone_name(), translation.get_language()
        key = (notice.fact_id, notice.kind, notice.route, zone, language)
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


class Question:
    """All that decides whether a notice is mailed to its person, as one row; compiled once, asked for each mail."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._sql, self._values = self._compiled([_ANY])

    def ask(self, notice: int) -> tuple[Any, ...] | None:
        """The row of one notice as it is now; None when the notice is gone."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [notice if value == _ANY else value for value in self._values])
            return cursor.fetchone()

    def ask_of_all(self, notices: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """The same for several at once, by the number of the notice."""
        sql, values = self._compiled(notices)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return {row[0]: row for row in cursor.fetchall()}

    def _compiled(self, notices: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
        rows = _signs(Notification.objects.filter(pk__in=notices), self._line)
        return rows.query.get_compiler(connection=connection).as_sql()


def _signs(notices: QuerySet[Notification], line: str) -> QuerySet[Any, Any]:
    """What `settling.Wanted` goes by, beside the notice itself. `line` is that of the settings which decides."""
    person, channel = OuterRef("person"), OuterRef("channel")
    levels = Level.objects.filter(person=person, channel=channel)
    account = [f"person__{name}" for name in ("email", "standing", "is_active", "is_staff", "is_superuser")]
    wishes = [f"person__wishes__{name}" for name in ("preset", "brake", "paused_until")]
    return notices.annotate(
        seated=Exists(Seat.objects.filter(channel=channel, user=person)),
        chosen=Subquery(Preference.objects.filter(person=person, kind=line).values("way")[:1]),
        level=Subquery(levels.filter(thread="").values("level")[:1]),
        level_of_thread=Subquery(levels.filter(thread=OuterRef("thread")).values("level")[:1]),
        address_is_paused=is_paused("person__email"),
    ).values_list(
        *("pk", "way", "waiting", "joins", "mark__at", "channel__audience", *account, *wishes),
        *("seated", "chosen", "level", "level_of_thread", "address_is_paused"),
    )


@prepares("notification")
def load(mails: Iterable[Mail]) -> None:
    """Decide about those of these mails that say the same to all, in a few queries; the others see to themselves."""
    alike = [mail for mail in mails if mail.subject_id]
    leads = Notification.objects.in_bulk([mail.subject_id for mail in alike])
    by_line = defaultdict(list)
    for mail in alike:
        lead = leads.get(mail.subject_id)
        kind = kind_called(lead.kind) if lead else None
        if lead and kind and kind.same_for_all and not kind.conversation:
            by_line[kind.line_for(lead.route)].append(mail)
    for line, theirs in by_line.items():
        _load(theirs, Question(line))


def _load(mails: Sequence[Mail], question: Question) -> None:
    # Asked before it is decided: what changes in between is noticed, and the mail decided about anew.
    answers = question.ask_of_all([mail.subject_id or 0 for mail in mails])
    told, common = settle(mails, timezone.now()), Common()
    for mail in mails:
        answer, notices = answers.get(mail.subject_id or 0), told.get(mail.pk)
        if answer is not None and notices is not None and len(notices) == 1:
            mail.prepared = Prepared(notices, common, question, answer)


def for_reader(common: EmailMultiAlternatives, *, to: str, own: str) -> EmailMultiAlternatives:
    """The common message as one reader gets it: to their address, with what opens their own links."""
    message = EmailMultiAlternatives(
        subject=common.subject, body=common.body.replace(READERS_OWN, own), to=[to], headers=dict(common.extra_headers)
    )
    for content, media_type in common.alternatives:
        message.attach_alternative(content.replace(READERS_OWN, own), media_type)
    message.attachments = list(common.attachments)
    return message
