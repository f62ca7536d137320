"""How long a consent to speak holds. Pure."""

from datetime import datetime, timedelta

CONSENT = timedelta(days=365)
REMIND_BEFORE = timedelta(days=30)
NOTICES = (2, 7, 14, 30, 60)
FORMATS = ("panel", "webcast", "visit", "interview")


def expires_at(consented_at: datetime) -> datetime:
    """When a consent ends unless it is renewed."""
    return consented_at + CONSENT


def remind_at(consented_at: datetime) -> datetime:
    """When the person is asked to renew it."""
    return expires_at(consented_at) - REMIND_BEFORE


def is_near_its_end(expires: datetime, at: datetime) -> bool:
    """Whether the time to renew has begun."""
    return at < expires <= at + REMIND_BEFORE
