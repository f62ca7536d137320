"""Input of staff about organisations."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.folding import fold
from members.models import Organisation
from members.organisations.fields import OrganisationNameField
from members.organisations.queries import Proposal, domain_of
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm, SafeModelForm

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class DomainForm(SafeForm):
    """A domain, with or without what stands before it."""

    domain = SafeFormCharField(
        label=_("E-mail domain"), max_length=200, help_text=_("What stands behind the @ in their addresses.")
    )

    def clean_domain(self) -> str:
        """Lower case, in the form in which mail carries it (`xn--…` for letters beyond ASCII)."""
        typed = self.cleaned_data["domain"].strip().rstrip(".")
        typed = domain_of(typed) if "@" in typed else typed.lower()
        try:
            domain = typed.encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
        labels = domain.split(".")
        if len(labels) < 2 or len(domain) > 120 or not all(LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004
            raise forms.ValidationError(_("Write a domain such as tamarackcounty.example."))
        return domain


class ParentForm(SafeForm):
    """What an organisation is part of."""

    parent = OrganisationNameField(label=_("Part of"), required=False, help_text=_("Empty: it stands at the top."))


class MergeForm(SafeForm):
    """Which organisation this one is."""

    into = OrganisationNameField(
        label=_("It is the same as"), error_messages={"required": _("Say which organisation it is.")}
    )


class TakeForForm(SafeForm):
    """Which organisation of the list a proposed name means."""

    text = SafeFormCharField(max_length=160, widget=forms.HiddenInput)
    organisation = OrganisationNameField(
        label=_("It is in the list as"), error_messages={"required": _("Say which organisation it is.")}
    )

    @classmethod
    def about(cls, proposal: Proposal, wrong: "TakeForForm | None" = None) -> "TakeForForm":
        """The form for one proposal; the one that was sent and is wrong stays as it was."""
        if wrong is not None and fold(wrong["text"].value() or "") == fold(proposal.text):
            return wrong
        return cls(initial={"text": proposal.text}, prefix=f"p{proposal.number}")

    @staticmethod
    def prefix_of(data: QueryDict) -> str | None:
        """The prefix under which a form of this page was sent."""
        return next((name.removesuffix("-text") for name in data if name.endswith("-text")), None)


class NewOrganisationForm(SafeModelForm):
    """An organisation for the list."""

    text = SafeFormCharField(max_length=160, required=False, widget=forms.HiddenInput)

    class Meta:
        model = Organisation
        fields = ("name", "body", "level", "country", "place")

    def said(self) -> dict[str, Any]:
        """What `operations.found_from_proposal` takes."""
        details = dict(self.cleaned_data)
        text = details.pop("text") or details["name"]
        return {"details": details, "text": text}
