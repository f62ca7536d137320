"""What the page tree stands on: its root, the home page, the site, the rights of staff, the review of a second person.

Made after every migrate where it is missing; what staff changed in the meantime stays. Wagtail makes such rows in
migrations, so that a database which was emptied would have none.
"""

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)
from wagtail.snippets.models import create_extra_permissions

from cases.models import SecondPersonTask
from members.operations import STAFF_GROUP, staff_group
from portal.pages.models import HomePage

WORKFLOW, TASK = "Pages", "A second person approves the page"
_ON_PAGES = ("add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page")
_IN_COLLECTIONS = {
    "wagtailimages": ("add_image", "change_image", "choose_image", "delete_image"),
    # Wagtail asks for the rights of its own document model, whichever model is used.
    "wagtaildocs": ("add_document", "change_document", "choose_document", "delete_document"),
}
_ON_ROWS = {
    "wagtailredirects": ("add_redirect", "change_redirect", "delete_redirect"),
    "kits": ("add_kit", "change_kit", "publish_kit", "lock_kit", "unlock_kit"),
}
_APPS = ("wagtailcore", "wagtailadmin", *_IN_COLLECTIONS, *_ON_ROWS, "members")

# What decides whether somebody is programme staff.
_FIELDS_OF_STAFF = frozenset({"is_staff", "is_superuser", "is_active", "standing"})

# The first words of a new portal; staff change them in the editors' area.
_WORDS = {
    "title": "Home",
    "headline": "You run shared services. So do we. Let’s solve the hard parts together.",
    "summary": "Cases, advice and tools from people in national, state, county and city government who share finance, "
    "HR, technology and procurement across boundaries.",
    "invitation": "Bring one question. Leave with ten answers.",
    "invitation_text": "Membership is free and open to public servants, researchers and providers who agree to the "
    "code of conduct.",
    "quote": "“The diversity of the group was an unexpected strength … and precisely the reason to continue this "
    "work.”",
    "quote_source": "Workshop participant, founding session",
}


@transaction.atomic
def set_up(**kwargs: Any) -> None:
    """Receiver of post_migrate."""
    if kwargs.get("using", "default") != "default":
        return
    for label in _APPS:
        create_permissions(apps.get_app_config(label), verbosity=0)
    create_extra_permissions(apps.get_app_config("kits"), verbosity=0)
    home = _home()
    group = _group(home)
    _workflow(home, group)
    for person in get_user_model()._default_manager.programme_staff().exclude(groups=group):
        person.groups.add(group)


def _home() -> HomePage:
    """The home page at the root of the only site."""
    language = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    Locale.objects.get_or_create(language_code=language)
    root = Page.objects.filter(depth=1).first() or Page.add_root(instance=Page(title="Root", slug="root"))
    home = HomePage.objects.order_by("pk").first()
    if home is None:
        welcome = Page.objects.filter(depth=2, slug="home").first()
        if welcome is not None:
            # Wagtail's own first page has the address that ours needs; the site is rooted in it until below.
            Page.objects.filter(pk=welcome.pk).update(slug="welcome-to-wagtail", url_path="/welcome-to-wagtail/")
        home = root.add_child(instance=HomePage(slug="home", **_WORDS))
        home.save_revision().publish()
        _clear_away(welcome, home)
    if not Site.objects.exists():
        Site.objects.create(root_page=home, is_default_site=True, **_site())
    return home


def _site() -> dict[str, Any]:
    """The only site, as settings know it."""
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    return {"hostname": address.hostname, "port": port, "site_name": settings.WAGTAIL_SITE_NAME}


def _clear_away(welcome: Page | None, home: HomePage) -> None:
    """What Wagtail's migrations leave for a site without a plan: a page of welcome, two groups, a workflow."""
    if welcome is None:
        return
    Site.objects.filter(root_page=welcome).update(root_page=home, **_site())
    Page.objects.get(pk=welcome.pk).delete()
    Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()
    Workflow.objects.filter(name="Moderators approval", workflow_states=None).delete()
    GroupApprovalTask.objects.filter(name="Moderators approval", task_states=None).delete()
    Site.clear_site_root_paths_cache()


def _group(home: HomePage) -> Group:
    """Programme staff with their rights on pages, pictures, documents, redirects and kits."""
    group = staff_group()
    door, _made = Permission.objects.get_or_create(
        content_type=ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")[0],
        codename="access_admin",
        defaults={"name": "Can access Wagtail admin"},
    )
    rows = {right for names in _ON_ROWS.values() for right in names}
    group.permissions.add(door, *Permission.objects.filter(content_type__app_label__in=_ON_ROWS, codename__in=rows))
    for right in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=_ON_PAGES):
        GroupPagePermission.objects.get_or_create(group=group, page=home.page_ptr, permission=right)
    collection = Collection.objects.filter(depth=1).first() or Collection.add_root(name="Root")
    for label, names in _IN_COLLECTIONS.items():
        for right in Permission.objects.filter(content_type__app_label=label, codename__in=names):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=right)
    return group


def _workflow(home: HomePage, group: Group) -> None:
    """Every page below the home page, and it itself, is read by a second person."""
    if WorkflowPage.objects.filter(page=home).exists():
        return
    task = SecondPersonTask.objects.filter(name=TASK).first() or SecondPersonTask.objects.create(name=TASK)
    task.groups.add(group)
    workflow = Workflow.objects.filter(name=WORKFLOW).first() or Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    WorkflowPage.objects.create(workflow=workflow, page=home.page_ptr)


def follow_staff(instance: Any, created: bool, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 -- a receiver of signals
    """Receiver of post_save of accounts: the group follows, whoever made somebody staff and wherever."""
    if raw or (update_fields is not None and not _FIELDS_OF_STAFF & set(update_fields)):
        return
    if instance.is_programme_staff:
        instance.groups.add(staff_group())
    elif not created:
        instance.groups.remove(*Group.objects.filter(name=STAFF_GROUP))
