"""Thread and Post: what is said under a channel.

A thread is as visible as its channel, and no channel's discussion is seen by more people than the channel. Posts
are numbered within their thread and never deleted: `#post-12` stays `#post-12`, and what its author withdraws
leaves a tombstone.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.listing import encode_cursor
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.follows.models import Channel, Seat

TITLE_LENGTH = 160
BODY_LENGTH = 10_000
SLUG_LENGTH = 80
KEY_LENGTH = 64
# Posts on one page of a thread.
PAGE = 20


def slug_of(title: str) -> str:
    """The readable part of the address; "discussion" for a title without Latin letters."""
    return slugify(title)[:SLUG_LENGTH].strip("-") or "discussion"


def part_of(channel: Channel) -> str:
    """The part of the portal that a channel belongs to, as the masthead knows it: "groups", "cases"."""
    return channel.url.strip("/").split("/", 1)[0]


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Those of the channels `user` may see; what is for members alone, members see."""
        seen = self.filter(channel__in=Channel.objects.visible_to(user))
        return seen if is_member(user) else seen.filter(members_only=False)

    def with_viewer(self, user: Any) -> Self:
        """What rules and pages ask about their viewer, in the same query: `belongs`, `hosting`, `wrote`."""
        key = user.pk if is_member(user) else None
        seats = Seat.objects.filter(channel=OuterRef("channel"), user_id=key)
        return self.annotate(
            belongs=Exists(seats),
            hosting=Exists(seats.filter(role=Seat.Role.HOST)),
            wrote=Exists(Post.objects.standing().filter(thread=OuterRef("pk"), author_id=key)),
        )


class Thread(Timed):
    """A discussion: a title and posts in the order they were written.

    `last_number` is the number of the newest post, `standing` how many posts are not withdrawn; both, and
    `last_post_at`, are kept by the operations, under a lock of this row.
    """

    channel = models.ForeignKey(Channel, verbose_name=_("channel"), on_delete=models.CASCADE, related_name="threads")
    title = SafeCharField(_("title"), max_length=TITLE_LENGTH)
    slug = models.SlugField(_("slug"), max_length=SLUG_LENGTH)
    seated_only = models.BooleanField(_("only those who belong write"), default=False)
    members_only = models.BooleanField(_("only members read"), default=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="threads_opened",
    )
    opened_at = models.DateTimeField(_("opened"))
    last_post_at = models.DateTimeField(_("last post"))
    last_number = models.PositiveIntegerField(_("number of the newest post"), default=0)
    standing = models.PositiveIntegerField(_("posts that stand"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    key = models.CharField(_("form it was typed into"), max_length=KEY_LENGTH, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "opened_by", "key"], condition=~Q(key=""), name="one_thread_of_a_form"
            ),
            models.CheckConstraint(condition=Q(last_post_at__gte=F("opened_at")), name="thread_ends_after_it_began"),
            models.CheckConstraint(condition=Q(standing__lte=F("last_number")), name="no_more_posts_stand_than_are"),
        ]
        indexes = [models.Index(fields=["channel", "-last_post_at", "-id"], name="threads_of_a_channel")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("discussions:thread", kwargs={"pk": self.pk, "slug": self.slug})

    @property
    def list_url(self) -> str:
        """Where the discussions of the channel are listed: below the address of whatever owns it."""
        return f"{self.channel.url}discussion/"

    @property
    def notices_key(self) -> str:
        """What notices, levels and mails of this thread have in common."""
        return thread_key(self.pk)

    def url_of(self, number: int) -> str:
        """The permanent address of a post: the page that begins before it, and its place on that page."""
        start = (number - 1) // PAGE * PAGE
        page = f"?after={encode_cursor([start])}" if start else ""
        return f"{self.get_absolute_url()}{page}#post-{number}"


class PostQuerySet(models.QuerySet["Post"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Those of the threads `user` may see, tombstones included."""
        return self.filter(thread__in=Thread.objects.visible_to(user))

    def standing(self) -> Self:
        """Those nobody took back."""
        return self.filter(withdrawn_at=None)


class Post(models.Model):
    """What somebody said. `at` is when it was posted; `by_mail` when it came as a reply by mail."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    number = models.PositiveIntegerField(_("number"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="discussion_posts",
    )
    body = SafeTextField(_("text"), max_length=BODY_LENGTH)
    at = models.DateTimeField(_("posted"))
    edited_at = models.DateTimeField(_("changed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    answers = models.ForeignKey(
        "self", verbose_name=_("in reply to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    by_mail = models.BooleanField(_("by mail"), default=False)
    key = models.CharField(_("form it was typed into"), max_length=KEY_LENGTH, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="one_post_of_a_number"),
            models.UniqueConstraint(
                fields=["thread", "author", "key"], condition=~Q(key=""), name="one_post_of_a_form"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="posts_are_numbered_from_1"),
            models.CheckConstraint(
                condition=Q(edited_at=None) | Q(edited_at__gte=F("at")), name="post_changed_after_it_was_posted"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} of {self.thread_id}"


class PostVersionQuerySet(models.QuerySet["PostVersion"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """For staff, and for the author of a post that they still see: the same rule as `rules.may_read_versions`."""
        if is_staff_member(user):
            return self.all()
        if not is_member(user):
            return self.none()
        return self.filter(post__in=Post.objects.visible_to(user).filter(author=user))


class PostVersion(models.Model):
    """What a post said before it was changed: from `since` until `until`."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    body = SafeTextField(_("text"), max_length=BODY_LENGTH)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))

    objects = PostVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")
        constraints = [models.CheckConstraint(condition=Q(until__gte=F("since")), name="version_ends_after_it_began")]

    def __str__(self) -> str:
        return f"{self.post_id} until {self.until}"


class MentionQuerySet(models.QuerySet["Mention"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Those of posts that stand and that `user` may see."""
        return self.filter(post__in=Post.objects.visible_to(user).standing())


class Mention(models.Model):
    """A post names somebody. The handle stays as it was written; `person` is None once the account is gone."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="mentions")
    handle = models.SlugField(_("handle"), max_length=80)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["post", "handle"], name="named_once_in_a_post")]

    def __str__(self) -> str:
        return f"@{self.handle} in {self.post_id}"


def thread_key(thread_id: int) -> str:
    """The same for a thread that is known by its number alone."""
    return f"discussions.thread:{thread_id}"
