"""Who edits and reviews cases in Wagtail: two groups, one workflow, and programme staff in both.

Staff may do either, never both for the same change: that is asked of the text (`portal.core.four_eyes`), not of the
group. Groups and workflow are made after every migrate; what staff changed in them stays.
"""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Workflow, WorkflowContentType, WorkflowTask
from wagtail.snippets.models import create_extra_permissions

from cases.models import Case, SecondPersonTask

EDITORS, REVIEWERS = "Case editors", "Case reviewers"
_RIGHTS = {
    EDITORS: ("add_case", "change_case", "view_case", "lock_case", "unlock_case"),
    REVIEWERS: ("change_case", "view_case", "publish_case", "lock_case", "unlock_case"),
}
WORKFLOW, TASK = "Cases", "A second person approves"
# What decides whether somebody is programme staff.
_FIELDS_OF_STAFF = {"is_staff", "is_superuser", "is_active", "standing"}


@transaction.atomic
def set_up(**kwargs: Any) -> None:
    """Receiver of post_migrate: make the groups, their rights and the workflow where they are missing."""
    if kwargs.get("using", "default") != "default":
        return
    cases = apps.get_app_config("cases")
    create_permissions(cases, verbosity=0)
    create_extra_permissions(cases, verbosity=0)
    door, _made = Permission.objects.get_or_create(
        content_type=ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")[0],
        codename="access_admin",
        defaults={"name": "Can access Wagtail admin"},
    )
    rights = {right.codename: right for right in Permission.objects.filter(content_type__app_label="cases")}
    for name, codenames in _RIGHTS.items():
        group, fresh = Group.objects.get_or_create(name=name)
        if fresh:
            group.permissions.add(door, *(rights[codename] for codename in codenames))
    _make_workflow()


def _make_workflow() -> None:
    content_type = ContentType.objects.get_for_model(Case)
    if WorkflowContentType.objects.filter(content_type=content_type).exists():
        return
    task = SecondPersonTask.objects.filter(name=TASK).first() or SecondPersonTask.objects.create(name=TASK)
    task.groups.add(Group.objects.get(name=REVIEWERS))
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task.task_ptr, sort_order=0)
    WorkflowContentType.objects.create(workflow=workflow, content_type=content_type)


def seat_staff(person: Any) -> None:
    """Put programme staff into both groups, and take out whoever is staff no more."""
    groups = list(Group.objects.filter(name__in=_RIGHTS))
    if person.is_programme_staff:
        person.groups.add(*groups)
    else:
        person.groups.remove(*groups)


def follow_staff(instance: Any, created: bool, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:
    """Receiver of post_save of accounts: the groups follow, whoever made somebody staff and wherever."""
    if raw or (update_fields is not None and not _FIELDS_OF_STAFF & set(update_fields)):
        return
    if instance.is_programme_staff or not created:
        seat_staff(instance)
