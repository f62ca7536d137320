"""Who belongs to which group, and since when."""

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, holds

holds(
    "workinggroups.Membership.user",
    ERASED,
    _("The working groups you belong or belonged to"),
    {"group": "group__title", "role": "role", "since": "since", "until": "until"},
)
