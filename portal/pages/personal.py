"""What the editors' area (Wagtail) keeps about those who work in it."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry, PageLogEntry
from wagtail.users.models import UserProfile

from portal.core.personal import ERASED, NAMELESS, files_of_person, holds, on_erasure

_LOG = {"what": "action", "label": "label", "at": "timestamp"}
_PAGE = {"title": "title", "address": "url_path"}
_FILE = {"title": "title", "at": "created_at"}
_WORKFLOW = {"about": "workflow_state__object_id", "status": "status", "at": "finished_at"}
holds("wagtailcore.Page.owner", NAMELESS, _("Pages you made"), _PAGE)
holds("wagtailcore.Page.locked_by", NAMELESS, _("Pages you have locked for editing"), _PAGE)
holds("wagtailcore.PageLogEntry.user", NAMELESS, _("What you did to pages"), _LOG)
holds("wagtailcore.ModelLogEntry.user", NAMELESS, _("What you did in the editors' area"), _LOG)
holds("wagtailcore.Revision.user", NAMELESS, _("Versions you wrote"), {"title": "object_str", "at": "created_at"})
holds(
    "wagtailcore.WorkflowState.requested_by",
    NAMELESS,
    _("What you handed in for review"),
    {"about": "object_id", "status": "status", "at": "created_at"},
)
holds("wagtailcore.TaskState.finished_by", NAMELESS, _("Reviews you finished"), _WORKFLOW)
holds("wagtailcore.Comment.user", ERASED, _("Your comments on drafts"), {"text": "text", "at": "created_at"})
holds("wagtailcore.Comment.resolved_by", NAMELESS, _("Comments you settled"), {"text": "text", "at": "resolved_at"})
holds("wagtailcore.CommentReply.user", ERASED, _("Your replies to comments"), {"text": "text", "at": "created_at"})
holds(
    "wagtailcore.PageSubscription.user",
    ERASED,
    _("Pages whose comments are mailed to you"),
    {"title": "page__title", "comments": "comment_notifications"},
)
holds(
    "wagtailcore.UploadedFile.uploaded_by_user",
    NAMELESS,
    _("Files you were uploading"),
    kept_back=_("Half-finished uploads without a name; they are cleared away."),
)
holds(
    "wagtailcore.APIToken.user",
    ERASED,
    _("Keys to the editors' interface"),
    {"name": "name", "begins_with": "prefix", "made": "created", "last_used": "last_used_at"},
)
holds("wagtailimages.Image.uploaded_by_user", NAMELESS, _("Images you uploaded"), _FILE)
holds("wagtaildocs.Document.uploaded_by_user", NAMELESS, _("Papers you uploaded"), _FILE)
holds("pages.PrivateDocument.uploaded_by_user", NAMELESS, _("Private papers you uploaded"), _FILE)
holds(
    "wagtailadmin.EditingSession.user",
    ERASED,
    _("What you had open for editing"),
    {"about": "object_id", "seen": "last_seen_at"},
)
holds(
    "wagtailadmin.FormState.user",
    ERASED,
    _("Forms that you left open in the editors' area"),
    {"about": "object_id", "form": "data", "at": "last_updated_at"},
)
holds(
    "wagtailusers.UserProfile.user",
    ERASED,
    _("How the editors' area looks for you"),
    {"theme": "theme", "density": "density", "language": "preferred_language"},
)


@files_of_person("editors-picture")
def picture(person: Any) -> Iterator[tuple[str, Any]]:
    """The picture that Wagtail shows beside an editor's name."""
    for profile in UserProfile.objects.filter(user=person).exclude(avatar=""):
        yield PurePosixPath(profile.avatar.name).name, profile.avatar


@on_erasure
def forget_in_the_logs(person: Any, shown_as: str) -> None:
    """The logs' keys are not held by the database; and entries about the account bear its name."""
    for log in (PageLogEntry, ModelLogEntry):
        log.objects.filter(user_id=person.pk).update(user_id=None)
    about = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(type(person)), object_id=str(person.pk)
    )
    about.update(label=shown_as[:200], data={})
