"""What this app need not keep."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import ProfileEdit, ProfileViews
from portal.outbox.sweeping import sweeps


@sweeps("members.profile-views", what=_("How many profiles somebody opened on a day"), days=1)
def old_views(before: datetime) -> QuerySet[Any]:
    """The limit is of a day; what came before limits nothing."""
    return ProfileViews.objects.filter(day__lt=before.date())


@sweeps("members.profile-edits", what=_("What programme staff changed in a profile"), days=400)
def old_edits(before: datetime) -> QuerySet[Any]:
    """The owner was told, and had a year to read the words from before."""
    return ProfileEdit.objects.filter(at__lt=before)
