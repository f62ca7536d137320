"""What people are told about letters: who was written to, and staff of what was reported."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.letters import facts, queries
from members.models import Letter, Report, User
from portal.core.rules import is_staff_member
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route


@declare
class LetterSent(Kind):
    """To who is written to, with the text and without an address."""

    slug = "members.letter-sent"
    label = gettext_lazy("A member writes to you")
    fact = facts.LetterSent
    template = "members/email/letter"
    action = gettext_lazy("Answer")
    area = gettext_lazy("People")
    route = Route.ROLE

    def channel(self, fact: facts.LetterSent) -> None:
        return None

    def audience(self, fact: facts.LetterSent) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def reason(self, fact: facts.LetterSent) -> str:
        return _("You let members write to you, or you wrote first.")

    def headline(self, fact: facts.LetterSent) -> str:
        return _("A member wrote to you")

    def url(self, fact: facts.LetterSent) -> str:
        return reverse("members:letter", kwargs={"pk": fact.letter_id})

    def context(self, fact: facts.LetterSent, person: User) -> dict[str, Any] | None:
        rows = Letter.objects.visible_to(person).select_related("report").filter(pk=fact.letter_id)
        seen = queries.see(rows, person)
        return {"seen": seen[0]} if seen and seen[0].answerable else None


@declare
class WritingReported(Kind):
    """To staff: somebody shows what was written to them. The words are at the desk, not in the mail."""

    slug = "members.writing-reported"
    label = gettext_lazy("A member reports what was written to them")
    fact = facts.WritingReported
    template = "members/email/writing_reported"
    action = gettext_lazy("Read it")
    area = gettext_lazy("People")
    route = Route.ROLE

    def channel(self, fact: facts.WritingReported) -> None:
        return None

    def audience(self, fact: facts.WritingReported) -> QuerySet[User]:
        return User.objects.programme_staff()

    def reason(self, fact: facts.WritingReported) -> str:
        return _("You are programme staff, and staff look after what members write to each other.")

    def headline(self, fact: facts.WritingReported) -> str:
        return _("A member reports what was written to them")

    def url(self, fact: facts.WritingReported) -> str:
        return reverse("members:reports")

    def context(self, fact: facts.WritingReported, person: User) -> dict[str, Any] | None:
        there = Report.objects.visible_to(person).open().filter(pk=fact.report_id).exists()
        return {} if there and is_staff_member(person) else None
