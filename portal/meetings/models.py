"""Meeting, its agenda and who comes.

A meeting belongs to a channel. What its arranger typed is the truth (wall time and zone); `starts_at` and
`ends_at` are derived from it in UTC, for order and comparison.
"""

from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.follows.models import Channel, Seat
from portal.meetings import rules
from portal.meetings.walltime import moment

SHORTEST, LONGEST = 5, 600
AGENDA_LENGTH = 40
SLUG_LENGTH = 80


def slug_of(title: str) -> str:
    """The readable part of the address; "meeting" for a title without Latin letters."""
    return slugify(title)[:SLUG_LENGTH].strip("-") or "meeting"


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Announced meetings of the channels `user` may see; drafts for the channel's hosts and for staff alone."""
        seen = self.filter(channel__in=Channel.objects.visible_to(user))
        if is_staff_member(user):
            return seen
        announced = ~Q(state=Meeting.State.DRAFT)
        if not is_member(user):
            return seen.filter(announced)
        return seen.filter(announced | Q(channel__in=Channel.objects.hosted_by(user)))

    def editable_by(self, user: Any) -> Self:
        """Those whose details, agenda and state `user` may change: hosts of the channel, and staff."""
        if is_staff_member(user):
            return self.all()
        return self.filter(channel__in=Channel.objects.hosted_by(user))

    def announced(self) -> Self:
        """Published, or cancelled after that."""
        return self.exclude(state=Meeting.State.DRAFT)

    def coming(self, at: datetime) -> Self:
        """Not over yet, the running one included."""
        return self.filter(ends_at__gt=at)

    def past(self, at: datetime) -> Self:
        """Over."""
        return self.filter(ends_at__lte=at)

    def with_viewer(self, user: Any) -> Self:
        """What a page asks about its viewer, in the same query: `hosting`, `belongs`, `my_answer`."""
        key = user.pk if is_member(user) else None
        seats = Seat.objects.filter(channel=OuterRef("channel"), user_id=key)
        mine = Reply.objects.filter(meeting=OuterRef("pk"), person_id=key)
        return self.annotate(
            hosting=Exists(seats.filter(role=Seat.Role.HOST)),
            belongs=Exists(seats),
            my_answer=models.Subquery(mine.values("answer")[:1]),
        )

    def with_agenda_flag(self) -> Self:
        """`has_agenda`: whether there is any item."""
        return self.annotate(has_agenda=Exists(AgendaItem.objects.filter(meeting=OuterRef("pk"))))


class Meeting(Timed):
    """A gathering of a channel's people at a time."""

    class Kind(models.TextChoices):
        """What sort of gathering it is."""

        TELECONFERENCE = "teleconference", _("Teleconference")
        BRIEFING = "briefing", _("Briefing")
        WEBCAST = "webcast", _("Webcast")
        WORKING_SESSION = "working-session", _("Working session")

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = rules.DRAFT, _("Draft")
        PUBLISHED = rules.PUBLISHED, _("Published")
        CANCELLED = rules.CANCELLED, _("Cancelled")

    channel = models.ForeignKey(Channel, verbose_name=_("channel"), on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.TELECONFERENCE)
    title = SafeCharField(_("title"), max_length=160)
    slug = models.SlugField(_("slug"), max_length=SLUG_LENGTH)
    purpose = SafeTextField(_("purpose"), max_length=600, blank=True)
    local_date = models.DateField(_("date"))
    local_time = models.TimeField(_("starts at"))
    zone = models.CharField(_("time zone"), max_length=60)
    fold = models.PositiveSmallIntegerField(_("which of two equal times"), default=0)
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    starts_at = models.DateTimeField(_("starts"), editable=False)
    ends_at = models.DateTimeField(_("ends"), editable=False)
    location_note = SafeCharField(_("how to take part"), max_length=300, blank=True)
    join_url = models.URLField(_("joining link"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    cancel_reason = SafeTextField(_("why it was cancelled"), max_length=600, blank=True)
    summary = SafeTextField(_("what came out"), max_length=20_000, blank=True)
    arranged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("arranged by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("last changed by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("last changed"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    uid = models.CharField(_("calendar id"), max_length=120, unique=True, editable=False)
    sequence = models.PositiveIntegerField(_("calendar revision"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    told_version = models.PositiveIntegerField(_("version people were told of"), default=0)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="meeting_has_a_sane_length"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | (~Q(state="draft") & Q(published_at__isnull=False)),
                name="announced_meeting_has_a_time_of_it",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancel_reason="")) | (~Q(state="cancelled") & Q(cancel_reason="")),
                name="cancelled_meeting_has_a_reason",
            ),
            models.CheckConstraint(condition=Q(fold__lte=1), name="meeting_fold_is_0_or_1"),
        ]
        indexes = [
            models.Index(fields=["channel", "starts_at"], name="meetings_of_a_channel"),
            models.Index(fields=["starts_at", "id"], name="meetings_in_order"),
            models.Index(fields=["ends_at"], name="meetings_by_end"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting", kwargs={"pk": self.pk, "slug": self.slug})

    @property
    def thread(self) -> str:
        """What is told of this meeting belongs together under this key."""
        return f"meetings.meeting:{self.pk}"

    @property
    def tz(self) -> ZoneInfo:
        """The meeting's own zone."""
        return ZoneInfo(self.zone)

    def settle_moment(self) -> None:
        """Derive start and end from wall time, zone and length. Raises NoSuchTime."""
        self.starts_at = moment(self.local_date, self.local_time, self.tz, fold=self.fold)
        self.ends_at = self.starts_at + timedelta(minutes=self.minutes)


class AgendaItem(models.Model):
    """One point of an agenda. Its row stays the same when it is moved, so that links to it keep working."""

    class Kind(models.TextChoices):
        """What the point is for."""

        INFORM = "inform", _("Inform")
        DISCUSS = "discuss", _("Discuss")
        DECIDE = "decide", _("Decide")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(_("position"))
    title = SafeCharField(_("title"), max_length=200)
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MaxValueValidator(LONGEST)])
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.INFORM)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner_name = SafeCharField(_("who, by name"), max_length=120, blank=True)
    notes = SafeTextField(_("notes"), max_length=2000, blank=True)
    paper_url = models.URLField(_("paper"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        indexes = [models.Index(fields=["meeting", "position"], name="agenda_in_order")]

    def __str__(self) -> str:
        return self.title


class Reply(models.Model):
    """Whether somebody comes."""

    class Answer(models.TextChoices):
        """What they said."""

        YES = "yes", _("Yes, I’ll be there")
        NO = "no", _("No, I can’t")
        UNSURE = "unsure", _("Can’t say yet")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="replies")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="meeting_replies")
    answer = models.CharField(_("answer"), max_length=6, choices=Answer)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="one_reply_per_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.answer}"
