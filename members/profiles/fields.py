"""Fields of the profile's form that are made of more than one input, or look something up."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeFormCharField

MOST_SUBJECTS, LONGEST_SUBJECT = 12, 60
MOST_LINKS, LONGEST_LINK, LONGEST_LABEL = 4, 300, 60
_is_address = URLValidator(schemes=["http", "https"])
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}(?: ?(?:x|ext\.?|#) ?[0-9]{1,6})?\Z")


class SubjectsField(SafeFormCharField):
    """Subjects separated by commas or lines, as a list of texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lines=True, max_length=1000, **kwargs)

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().clean(value) or ""
        parts = (" ".join(part.split()) for part in re.split(r"[,;\n]", text))
        names = list(dict.fromkeys(part for part in parts if part))
        if len(names) > MOST_SUBJECTS:
            raise forms.ValidationError(
                _("Name at most %(limit)d subjects; these are %(number)d."),
                params={"limit": MOST_SUBJECTS, "number": len(names)},
            )
        for name in names:
            if len(name) > LONGEST_SUBJECT:
                raise forms.ValidationError(
                    _("Keep each subject under %(limit)d characters: “%(start)s…” is longer."),
                    params={"limit": LONGEST_SUBJECT, "start": name[:20]},
                )
        return names


class PhoneField(SafeFormCharField):
    """A number as people write it; nothing that is no number."""

    default_error_messages = {
        "digits": _("Write a phone number in digits, with the country in front: +44 20 7946 0000.")
    }

    def clean(self, value: Any) -> str:
        text = super().clean(value) or ""
        if text and not _PHONE.match(text):
            raise forms.ValidationError(self.error_messages["digits"], code="digits")
        return text


class LinksWidget(forms.MultiWidget):
    """Rows of two inputs: what a link is called, and where it leads."""

    template_name = "members/links_widget.html"

    def __init__(self, attrs: Any = None) -> None:
        inputs = (forms.TextInput(attrs={"maxlength": LONGEST_LABEL}), forms.TextInput(attrs={"inputmode": "url"}))
        super().__init__(list(inputs) * MOST_LINKS, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        inputs = context["widget"]["subwidgets"]
        context["rows"] = list(zip(range(1, MOST_LINKS + 1), inputs[::2], inputs[1::2], strict=True))
        return context

    def decompress(self, value: Any) -> list[str]:
        rows = [(row["label"], row["url"]) for row in value or ()] + [("", "")] * MOST_LINKS
        return [text for row in rows[:MOST_LINKS] for text in row]


class LinksField(forms.MultiValueField):
    """Up to four links as [{"label": …, "url": …}], http and https only; nobody asks the addresses for anything."""

    widget = LinksWidget

    def __init__(self, **kwargs: Any) -> None:
        one = (
            SafeFormCharField(max_length=LONGEST_LABEL, required=False),
            SafeFormCharField(max_length=LONGEST_LINK, required=False),
        )
        super().__init__(fields=list(one) * MOST_LINKS, require_all_fields=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A list of links is what is stored; a list of texts is what was typed, and goes back as it came."""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return self.widget.decompress(value)
        return value

    def compress(self, data_list: list[str]) -> list[dict[str, str]]:
        pairs = zip(data_list[::2], data_list[1::2], strict=True)
        return [_link(label or "", url or "") for label, url in pairs if label or url]


def _link(label: str, url: str) -> dict[str, str]:
    if not url:
        raise forms.ValidationError(_("Write the address that “%(label)s” leads to."), params={"label": label})
    whole = url if re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE) else f"https://{url}"
    try:
        _is_address(whole)
        parts = urlsplit(whole)
    except (ValidationError, ValueError) as error:
        raise _not_an_address(url) from error
    if parts.username or parts.password or not parts.hostname:
        raise _not_an_address(url)
    return {"label": label or str(parts.hostname).removeprefix("www."), "url": whole}


def _not_an_address(url: str) -> forms.ValidationError:
    return forms.ValidationError(
        _("“%(url)s” is no address of a web page. Write it as in https://agency.example/prices."),
        params={"url": url[:60]},
    )
