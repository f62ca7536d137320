"""Who edits and reviews cases in Wagtail: programme staff, and the workflow that makes it two of them.

Staff may edit and approve, never both for the same change: that is asked of the text (`portal.core.four_eyes`), not
of a group. Rights and workflow are made after every migrate; what staff changed in the workflow stays.
"""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Workflow, WorkflowContentType, WorkflowTask
from wagtail.snippets.models import create_extra_permissions

from cases.models import Case, SecondPersonTask
from members.operations import staff_group

# Not "delete": what people cite is archived or withdrawn.
_RIGHTS = ("add_case", "change_case", "view_case", "publish_case", "lock_case", "unlock_case")
WORKFLOW, TASK = "Cases", "A second person approves the case"


@transaction.atomic
def set_up(**kwargs: Any) -> None:
    """Receiver of post_migrate: the rights of staff and the workflow, where they are missing."""
    if kwargs.get("using", "default") != "default":
        return
    cases = apps.get_app_config("cases")
    create_permissions(cases, verbosity=0)
    create_extra_permissions(cases, verbosity=0)
    group = staff_group()
    rights = Permission.objects.filter(content_type__app_label="cases", codename__in=_RIGHTS)
    door = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    group.permissions.add(*rights, *door)
    content_type = ContentType.objects.get_for_model(Case)
    if not WorkflowContentType.objects.filter(content_type=content_type).exists():
        WorkflowContentType.objects.create(workflow=_make_workflow(group), content_type=content_type)


def _make_workflow(group: Any) -> Workflow:
    task = SecondPersonTask.objects.filter(name=TASK).first() or SecondPersonTask.objects.create(name=TASK)
    task.groups.add(group)
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task.task_ptr, sort_order=0)
    return workflow
