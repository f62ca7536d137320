"""What went wrong, in words: a row keeps `Type: text` of the exception, staff read what it means."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_ADDRESS = re.compile(r"[^\s<>'\"{}()\[\],:;]+@[^\s<>'\"{}()\[\],:;]+")
_CODE = re.compile(r"\b([45]\d\d)\b")

# By the exception's name, which is what the part before the first colon says.
_WORDS: dict[str, Any] = {
    "SMTPServerDisconnected": gettext_lazy("The connection broke off before the mail server had taken the mail."),
    "SMTPSenderRefused": gettext_lazy("The mail server refuses the portal’s own address as the sender."),
    "SMTPRecipientsRefused": gettext_lazy("The other side does not take mail for the address, for now or for good."),
    "SMTPDataError": gettext_lazy("The other side does not take the text of the mail, for now or for good."),
    "SMTPNotSupportedError": gettext_lazy("The mail server cannot take an address like this one."),
    "SMTPHeloError": gettext_lazy("The mail server did not greet as one should."),
    "TimeoutError": gettext_lazy("Nobody answered in time."),
    "ConnectionRefusedError": gettext_lazy("Nobody listens where the mail server should be."),
    "gaierror": gettext_lazy("The name of the mail server is not known."),
    "SSLCertVerificationError": gettext_lazy("The mail server’s certificate is not one to trust."),
    "SSLError": gettext_lazy("No secure connection to the mail server could be made."),
    "SMTPAuthenticationError": gettext_lazy("The mail server does not accept the portal’s user name and password."),
    "BadHeaderError": gettext_lazy("A line break got into the subject or an address."),
    "TemplateSyntaxError": gettext_lazy("The text of the mail cannot be composed: its template is broken."),
    "TemplateDoesNotExist": gettext_lazy("The text of the mail cannot be composed: its template is missing."),
    "UnknownSubscriber": gettext_lazy("The program that should do it is not there: it was removed, or is newer."),
    "UnknownKind": gettext_lazy("The kind of notice is not there: it was removed, or is newer."),
    "KeyError": gettext_lazy("Something that the work needs was not there."),
    "IntegrityError": gettext_lazy("The database refused what the work would have written."),
}
_REFUSALS = ("SMTPRecipientsRefused", "SMTPDataError", "SMTPSenderRefused", "SMTPResponseException")


def cause_of(problem: str) -> str:
    """The exception's name, by which rows are grouped."""
    return problem.partition(":")[0]


def without_addresses(problem: str) -> str:
    """The same without whom it happened to: for what is kept after that person has left."""
    return _ADDRESS.sub("…@…", problem)


def in_words(problem: str) -> str:
    """One sentence for what went wrong."""
    cause = cause_of(problem)
    code = _CODE.search(problem)
    if cause in _REFUSALS and code:
        return _refusal(code.group(), sender=cause == "SMTPSenderRefused")
    if cause in _WORDS:
        return str(_WORDS[cause])
    if not problem:
        return _("No reason was noted.")
    return _("A fault in the program: %(name)s.") % {"name": cause}


def _refusal(code: str, *, sender: bool) -> str:
    if code == "421":
        return _("The mail server had no time for us (421).")
    if code in {"530", "534", "535", "538"}:
        return _("The mail server wants another user name or password (%(code)s).") % {"code": code}
    if code.startswith("4"):
        return _("The other side asks to be tried later, again and again (%(code)s).") % {"code": code}
    if sender:
        return _("The mail server refuses the portal’s own address as the sender (%(code)s).") % {"code": code}
    return _("The other side refuses it (%(code)s).") % {"code": code}
