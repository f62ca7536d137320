"""The step of review in the workflow of cases."""

from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask

from portal.core.four_eyes import FourEyes


class SecondPersonTask(FourEyes, AbstractGroupApprovalTask):
    """A reviewer who did not make the last change approves."""

    class Meta:
        verbose_name = _("approval by a second person")
        verbose_name_plural = _("approvals by a second person")

    @classmethod
    def get_description(cls) -> str:
        return _("Somebody of the chosen groups approves, but never whoever made the last change")
