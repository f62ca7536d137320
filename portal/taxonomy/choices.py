"""Closed lists that rules depend on, so they are code and not rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberKind(models.TextChoices):
    """What somebody is to the community; always shown beside the name, set by staff."""

    PRACTITIONER = "practitioner", _("Practitioner")
    RESEARCHER = "researcher", _("Researcher")
    PROVIDER = "provider", _("Provider")


class Mark(models.TextChoices):
    """The five shapes of the look: every jurisdiction level wears one."""

    NATIONAL = "national", _("National")
    STATE = "state", _("State or province")
    COUNTY = "county", _("County or region")
    LOCAL = "local", _("City or town")
    PARTNER = "partner", _("Partner")
