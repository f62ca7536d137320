"""A profile's fields in words: for the list of what somebody else changed."""

from typing import Any

from members.choices import language_name

# The field of `rules.FIELDS` that decides about each part of a form.
FIELD_OF = {
    "name": "name",
    "kind": "kind",
    "pronouns": "pronouns",
    "pronunciation": "pronouns",
    "role": "role",
    "workplace": "organisation",
    "organisation": "organisation",
    "organisation_proposed": "organisation",
    "service_lines": "service_lines",
    "stage": "stage",
    "ask_about": "ask_about",
    "looking_for": "looking_for",
    "willing_to": "willing_to",
    "languages": "languages",
    "links": "links",
    "bio": "bio",
    "contact_email": "email",
    "phone": "phone",
}


def in_words(profile: Any) -> dict[str, str]:
    """What each field says, as one text. Asks for the rows that hang on the profile unless they were brought."""
    return {
        "name": profile.user.name,
        "kind": str(profile.get_kind_display()),
        "pronouns": ", ".join(part for part in (profile.pronouns, profile.pronunciation) if part),
        "role": profile.role,
        "organisation": profile.organisation.name if profile.organisation else profile.organisation_proposed,
        "ask_about": ", ".join(sorted(each.tag.name for each in profile.expertise.select_related("tag"))),
        "looking_for": profile.looking_for,
        "willing_to": ", ".join(sorted(str(each.get_what_display()) for each in profile.offers.all())),
        "bio": profile.bio,
        "links": ", ".join(f"{link['label']} {link['url']}" for link in profile.links),
        "stage": profile.stage.label if profile.stage else "",
        "service_lines": ", ".join(sorted(line.label for line in profile.service_lines.all())),
        "languages": ", ".join(map(language_name, profile.languages)),
    }
