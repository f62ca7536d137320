"""Base classes of the portal's models."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Timed(models.Model):
    """Knows when it was made and last changed (UTC); never used as business data."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True, editable=False)

    class Meta:
        abstract = True
