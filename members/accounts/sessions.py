"""Sessions: how long they last, where they are open, and how they are ended.

The browser's session (django_session) says who is signed in. allauth's UserSession says from which browser, so
that people recognise their own. Ending one deletes both rows.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from members.models import User

# A visit is written down this often at most: a page view costs no write.
NOTED_EVERY = timedelta(minutes=5)
BEGAN, SEEN = "session_began", "session_seen"


def limits_of(user: Any) -> tuple[timedelta, timedelta]:
    """How long a session of this person lasts: without a visit, and in all."""
    if user.is_staff or user.is_superuser:
        hours = settings.STAFF_SESSION_IDLE_HOURS, settings.STAFF_SESSION_LONGEST_HOURS
    else:
        hours = settings.SESSION_IDLE_HOURS, settings.SESSION_LONGEST_HOURS
    return timedelta(hours=hours[0]), timedelta(hours=hours[1])


def begin(session: Any) -> None:
    """Start the clocks of a session, at sign-in."""
    session[BEGAN] = session[SEEN] = int(timezone.now().timestamp())


def is_over(request: HttpRequest) -> bool:
    """Whether this session has been idle, or open, for too long."""
    idle, longest = limits_of(request.user)
    now = timezone.now().timestamp()
    began, seen = request.session.get(BEGAN, now), request.session.get(SEEN, now)
    return now - seen > idle.total_seconds() or now - began > longest.total_seconds()


def note_visit(request: HttpRequest) -> None:
    """Write down that the session is in use, if that was not done in the last minutes."""
    now = timezone.now()
    session = request.session
    if BEGAN in session and now.timestamp() - session.get(SEEN, 0) < NOTED_EVERY.total_seconds():
        return
    session.setdefault(BEGAN, int(now.timestamp()))
    session[SEEN] = int(now.timestamp())
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


def open_sessions(user: Any) -> list[UserSession]:
    """The browsers where this person is signed in, the one used last first.

    A session that a new password or a suspension has ended is still a row; what it was signed with tells.
    """
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    keys = [each.session_key for each in rows]
    signed = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    alive = {
        session.session_key
        for session in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        if session.get_decoded().get(HASH_SESSION_KEY) in signed
    }
    return [each for each in rows if each.session_key in alive]


def end(sessions: Iterable[UserSession]) -> None:
    """End these sessions: the next page asks for sign-in."""
    keys = [each.session_key for each in sessions]
    with transaction.atomic():
        Session.objects.filter(session_key__in=keys).delete()
        UserSession.objects.filter(session_key__in=keys).delete()


@transaction.atomic
def end_all(user: Any) -> None:
    """End every session of an account, those of which no browser was written down included."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    end(UserSession.objects.filter(user=user))


@transaction.atomic
def end_others(request: HttpRequest) -> None:
    """End every session of whoever is signed in but the one of this request, which goes on under a new key."""
    old = request.session.session_key
    user = request.user
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
    forget_others(request)


def forget_others(request: HttpRequest) -> None:
    """Delete what is left of the other sessions, after something else (a new password) has ended them."""
    end(UserSession.objects.filter(user=request.user.pk).exclude(session_key=request.session.session_key))


def forget_ended() -> int:
    """Delete what was written down of sessions that are over, network addresses included; how many there were."""
    now = timezone.now()
    Session.objects.filter(expire_date__lte=now).delete()
    gone, _rows = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone
