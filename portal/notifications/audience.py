"""Whom an event reaches, by which route and in which way: one queryset, every decision an expression in it.

Nothing here runs once for each person, so that a hundred people and a hundred thousand take the same number of
queries. `rules.way_for` says the same about one person at the moment of sending; a property test holds them together.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from portal.follows.queries import who_may_see
from portal.notifications.kinds import Kind
from portal.notifications.models import MAILS_A_DAY, Level, Notification
from portal.notifications.ways import CADENCES, MENTIONS, PRESETS, Brake, Route, Way, Weight, preset_way
from portal.outbox.models import Mail

TALK_WAITS = timedelta(minutes=5)
# No number, but of a type: PostgreSQL takes a bare NULL for text.
_NO_NUMBER = Cast(None, IntegerField())


def due_at(kind: Kind, at: datetime) -> datetime:
    """When the mail of something that happened at `at` is due."""
    return at + TALK_WAITS if kind.conversation else at


def recipients(kind: Kind, fact: Any, *, actor_id: int | None) -> QuerySet[Any]:
    """Who is told, with `route`: the declared audience without the actor, the inactive, the muted, the uninvited.

    Of the account itself everybody named is told, whatever became of the account. Of what was done quietly nobody is.
    """
    concerned, route = _concerned(kind, fact)
    if kind.transactional:
        return get_user_model()._default_manager.filter(concerned).annotate(route=route)
    reached = get_user_model()._default_manager.members().filter(concerned).exclude(pk=actor_id)
    reached = _with_level(reached.annotate(route=route), kind, fact)
    return reached.exclude(level=Level.Choice.MUTED)


def muted(kind: Kind, fact: Any, *, actor_id: int | None) -> QuerySet[Any]:
    """Who would be told, had they not muted the thing."""
    if kind.transactional:
        return get_user_model()._default_manager.none()
    concerned, _route = _concerned(kind, fact)
    reached = get_user_model()._default_manager.members().filter(concerned).exclude(pk=actor_id)
    return _with_level(reached, kind, fact).filter(level=Level.Choice.MUTED)


def decided(kind: Kind, fact: Any, *, actor_id: int | None, at: datetime) -> QuerySet[Any]:
    """The recipients with all that is written for each: `route`, `way`, and for mails `waiting_for`, `day`, `slot`.

    `waiting_for` is the notice whose mail still waits and takes this one in. `slot` is the free one of the six mails
    of the person's `day`; whoever has none left gets the next summary instead.
    """
    people = recipients(kind, fact, actor_id=actor_id)
    if kind.transactional:
        return people.annotate(
            way=Value(Way.MAIL, CharField()),
            day=Cast(None, DateField()),
            slot=_NO_NUMBER,
            waiting_for=_NO_NUMBER,
        )
    people = _with_chosen(people, kind, kind.routes(fact)).exclude(chosen=Way.NOTHING)
    people = people.annotate(day=_days(due_at(kind, at)), waiting_for=_waiting_mail(kind, kind.thread(fact), at))
    if kind.exempt(fact):
        return people.annotate(way=_way(at), slot=_NO_NUMBER)
    people = people.annotate(way=_way(at, _one_too_many()))
    leads = Q(way=Way.MAIL, waiting_for=None)
    return people.annotate(slot=Case(When(leads, then=_free_slot()), output_field=IntegerField()))


def _concerned(kind: Kind, fact: Any) -> tuple[Q, Case]:
    """The people of all routes, and the strongest route of each; nobody when it was done quietly."""
    routes: dict[Route, QuerySet[Any]] = {} if getattr(fact, "quiet", False) else kind.routes(fact)
    concerned, whens = Q(pk__in=()), []
    for route in Route:
        if route in routes:
            through = Q(pk__in=routes[route].order_by().values("pk"))
            concerned |= through
            whens.append(When(through, then=Value(route.value)))
    return concerned, Case(*whens, default=Value(""), output_field=CharField())


def _with_level(people: QuerySet[Any], kind: Kind, fact: Any) -> QuerySet[Any]:
    """Those who may see the channel, with the `level` each has for the thread or its channel."""
    channel = kind.channel(fact)
    if channel is None:
        return people.annotate(level=Value(Level.Choice.NORMAL.value, CharField()))
    people = who_may_see(channel, people).annotate(
        of_channel=FilteredRelation("levels", condition=Q(levels__channel=channel, levels__thread="")),
        of_thread=FilteredRelation(
            "levels", condition=Q(levels__channel=channel, levels__thread=kind.thread(fact) or "-")
        ),
    )
    return people.annotate(
        level=Coalesce("of_thread__level", "of_channel__level", Value(Level.Choice.NORMAL.value, CharField()))
    )


def _with_chosen(people: QuerySet[Any], kind: Kind, routes: dict[Route, QuerySet[Any]]) -> QuerySet[Any]:
    """`chosen`: the way that level, preference and preset come to.

    What it asks of `route` it asks of the people of that route alone: an annotation that others refer to is written
    out in SQL each time, and `route` asks for every route's people.
    """
    own = {"own": FilteredRelation("preferences", condition=Q(preferences__kind=kind.slug))}
    addressed = _by_preset(Weight.ADDRESSED)
    as_preset: Any = _by_preset(kind.weight)
    for route in kind.addresses:
        if route in routes:
            as_preset = Case(When(_came_by(route, routes), then=addressed), default=as_preset)
    chosen = Coalesce("own__way", as_preset, output_field=CharField())
    if kind.mentions:
        own["own_mentions"] = FilteredRelation("preferences", condition=Q(preferences__kind=MENTIONS))
        if Route.MENTIONED in routes:
            mentioned = When(_came_by(Route.MENTIONED, routes), then=Coalesce("own_mentions__way", addressed))
            chosen = Case(mentioned, default=chosen, output_field=CharField())
    loud = When(level=Level.Choice.EVERYTHING, then=Value(Way.MAIL))
    return people.annotate(**own).annotate(chosen=Case(loud, default=chosen, output_field=CharField()))


def _way(at: datetime, *more: When) -> Case:
    """What brake and pause leave of the `chosen` way; `more` is asked of those that neither slows down.

    Each line holds for those that none before it held for. One expression, and as few questions of `chosen` as there
    can be: each of them writes it out in full.
    """
    paused, no_digest = Q(wishes__paused_until__gt=at), Q(wishes__brake=Brake.NO_DIGEST)
    more_than_list = Q(chosen__in=(*CADENCES, Way.MAIL))
    return Case(
        When(wishes__brake=Brake.STOP, then=Value(Way.LIST)),
        When(more_than_list, wishes__brake=Brake.WEEKLY, then=Value(Way.WEEKLY)),
        When(no_digest & (paused | Q(chosen__in=CADENCES)), then=Value(Way.LIST)),
        When(paused, chosen=Way.MAIL, then=Value(Way.DAILY)),
        *more,
        default=F("chosen"),
        output_field=CharField(),
    )


def _one_too_many() -> When:
    """Would be a mail of its own, but those of the person's day are all taken: it goes into the next summary."""
    taken = Notification.objects.filter(person=OuterRef("pk"), mail_day=OuterRef("day"), mail_slot__isnull=False)
    all_taken = Exists(taken.order_by()[MAILS_A_DAY - 1 :])
    summary = Case(When(wishes__brake=Brake.NO_DIGEST, then=Value(Way.LIST)), default=Value(Way.DAILY))
    return When(all_taken, chosen=Way.MAIL, waiting_for=None, then=summary)


def _came_by(route: Route, routes: dict[Route, QuerySet[Any]]) -> Q:
    """Whose `route` is this one: they are among its people, and among those of no stronger route."""
    came = Q(pk__in=routes[route].order_by().values("pk"))
    for stronger in Route:
        if stronger == route:
            return came
        if stronger in routes:
            came &= ~Q(pk__in=routes[stronger].order_by().values("pk"))
    return came


def _by_preset(weight: str) -> Case:
    whens = [When(wishes__preset=preset, then=Value(preset_way(preset, weight))) for preset in PRESETS]
    return Case(*whens, default=Value(preset_way("", weight)), output_field=CharField())


def _days(at: datetime) -> Case:
    """The day that it is for each person at `at`: there are at most three on earth at a time."""
    zones: dict[date, list[str]] = defaultdict(list)
    everybody = get_user_model()._default_manager.order_by()
    for name in everybody.values_list("time_zone", flat=True).distinct():
        zones[local_day(name, at)].append(name)
    whens = [When(time_zone__in=names, then=Value(day, DateField())) for day, names in zones.items()]
    return Case(*whens, default=Value(local_day("UTC", at), DateField()), output_field=DateField())


def local_day(zone: str, at: datetime) -> date:
    """The day at `at` in a zone; UTC's for a name that is unknown here."""
    try:
        return timezone.localdate(at, ZoneInfo(zone))
    except (KeyError, ValueError):
        return at.astimezone(UTC).date()


def _waiting_mail(kind: Kind, thread: str, at: datetime) -> Any:
    """The notice of the same thread whose mail to this person has not gone out yet."""
    if not (kind.conversation and thread):
        return _NO_NUMBER
    queued = Mail.objects.filter(
        renderer="notification", state=Mail.State.QUEUED, person=OuterRef("person"), subject_id=OuterRef("pk")
    )
    leading = Notification.objects.filter(Exists(queued), person=OuterRef("pk"), thread=thread, way=Way.MAIL)
    return Subquery(leading.filter(joins=None).order_by("-at", "-pk").values("pk")[:1])


def _free_slot() -> Case:
    """The first of the day's slots that no mail holds; none when all six do."""
    taken = Notification.objects.filter(person=OuterRef("pk"), mail_day=OuterRef("day"))
    whens = [When(~Exists(taken.filter(mail_slot=slot)), then=Value(slot)) for slot in range(1, MAILS_A_DAY + 1)]
    return Case(*whens, output_field=IntegerField())
