"""What the portal holds of how members reach each other: choices, introductions, letters, hours, consents."""

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, NAMELESS, holds

holds(
    "members.ContactChoices.person",
    ERASED,
    _("How others reach you"),
    {"suggested": "suggested", "introductions": "introductions", "messages": "letters"},
)
holds("members.SetAside.person", ERASED, _("Whom you set aside"), {"member": "other__name", "at": "at"})
holds(
    "members.SetAside.other",
    ERASED,
    _("Who set you aside"),
    kept_back=_("That somebody set you aside is theirs alone; the row goes when you do."),
)
holds("members.Block.person", ERASED, _("Whom you blocked"), {"member": "other__name", "at": "at"})
holds(
    "members.Block.other",
    ERASED,
    _("Who blocked you"),
    kept_back=_("That somebody blocked you is theirs alone; the row goes when you do."),
)
holds(
    "members.Introduction.asker",
    ERASED,
    _("Introductions you asked for"),
    {"member": "person__name", "purpose": "purpose", "asked": "asked_at", "helped": "asker_says"},
)
holds(
    "members.Introduction.person",
    ERASED,
    _("Introductions you were asked for"),
    {
        "member": "asker__name",
        "purpose": "purpose",
        "asked": "asked_at",
        "answer": "state",
        "answered": "settled_at",
        "helped": "person_says",
    },
)
holds(
    "members.Letter.sender",
    ERASED,
    _("Messages you wrote"),
    {"to": "person__name", "text": "text", "sent": "sent_at", "text_removed": "emptied_at"},
)
holds(
    "members.Letter.person",
    ERASED,
    _("Messages you got"),
    {"from": "sender__name", "text": "text", "sent": "sent_at", "text_removed": "emptied_at"},
)
holds("members.Report.by", ERASED, _("What you reported"), {"note": "note", "at": "at", "settled": "settled_at"})
holds("members.Report.settled_by", NAMELESS, _("Reports that you settled"), {"at": "at", "settled": "settled_at"})
holds(
    "members.OfficeHours.person",
    ERASED,
    _("Office hours you offer"),
    {
        "topics": "topics",
        "weekday": "weekday",
        "begins": "clock",
        "time_zone": "zone",
        "minutes": "minutes",
        "places": "places",
        "link": "link",
        "stopped": "stopped_at",
    },
)
holds(
    "members.Booking.person",
    ERASED,
    _("Places you took in office hours"),
    {
        "with": "hours__person__name",
        "topics": "hours__topics",
        "begins": "starts_at",
        "question": "question",
        "booked": "booked_at",
        "cancelled": "cancelled_at",
    },
)
holds(
    "members.Booking.cancelled_by",
    NAMELESS,
    _("Places in office hours that you cancelled"),
    {"begins": "starts_at", "cancelled": "cancelled_at"},
)
holds(
    "members.Spokesperson.person",
    ERASED,
    _("Your consent to be asked to speak"),
    {
        "subject": "subject",
        "found_by": "scope",
        "travel": "travel",
        "days_of_notice": "notice_days",
        "agreed": "consented_at",
        "holds_until": "expires_at",
        "withdrawn": "withdrawn_at",
    },
)
