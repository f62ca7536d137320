"""Whatever is typed about joining: no server error, nothing unescaped, the same verdict whatever the database."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone

from members.invitations import operations as invitations
from members.invitations.forms import InviteForm
from members.joining import operations as joining
from members.joining.forms import AnswerForm, AskAgainForm, AskBackForm, JoinForm, RefuseForm
from members.mail import compose_for
from members.models import JoinMessage, JoinRequest, Organisation, User
from members.organisations.forms import DomainForm, TakeForForm
from members.organisations.queries import organisations_called, suggested
from members.welcome.steps import OfferForm
from portal.core.text import clean_text
from tests.factories.members import JoinRequestFactory, OrganisationFactory, ProfileFactory, UserFactory
from tests.mailing.naughty import CANARY, STRINGS
from tests.members.naughty import Executable, harmless, kept
from tests.members.post import delivered

pytestmark = pytest.mark.django_db

# Each form with the field that people type freely into, its limit, and whether it keeps lines.
FIELDS = [
    (JoinForm.declared_fields["name"], 120, False),
    (JoinForm.declared_fields["organisation"], 160, False),
    (JoinForm.declared_fields["reason"], 1000, True),
    (AskAgainForm.declared_fields["reason"], 1000, True),
    (AnswerForm.declared_fields["text"], 2000, True),
    (AskBackForm.declared_fields["question"], 2000, True),
    (RefuseForm.declared_fields["reason"], 1000, True),
    (InviteForm.declared_fields["line"], 400, True),
    (OfferForm.declared_fields["looking_for"], 600, True),
    (TakeForForm.declared_fields["text"], 160, False),
]


def test_there_are_some_five_hundred_strings():
    assert len(STRINGS) > 450


@pytest.mark.parametrize(("field", "limit", "lines"), FIELDS)
def test_each_field_keeps_what_can_be_stored_and_names_what_cannot(field, limit, lines):
    wrong = []
    for text in STRINGS:
        try:
            said = field.clean(text) or None
        except ValidationError:
            said = None
        if said != kept(text, limit=limit, lines=lines):
            wrong.append(text)
    assert wrong == []


def test_a_request_of_any_words_is_stored_as_it_was_typed_or_refused_before_the_database_is_asked():
    wrong = []
    for number, text in enumerate(STRINGS):
        name, reason = kept(text, limit=120, lines=False), kept(text, limit=1000, lines=True)
        person = UserFactory(standing="pending", email=f"p{number}@agency.example", password="x")
        try:
            with transaction.atomic():
                person.name = text
                person.save()
                row = joining.request_to_join(
                    person=person, organisation=text, kind="practitioner", reason=text, at=timezone.now()
                )
            row.refresh_from_db()
            if row.reason != clean_text(text):
                wrong.append(text)
        except ValidationError:
            if name is not None and reason is not None:
                wrong.append(text)
    assert wrong == []


def test_names_of_organisations_are_looked_for_and_never_break_the_look():
    OrganisationFactory(name="Tamarack County")
    assert [text for text in STRINGS if organisations_called(text)] == []
    assert {name for text in STRINGS for name in suggested(text)} <= {"Tamarack County"}


def test_no_string_is_a_domain_unless_it_looks_like_one():
    for text in STRINGS:
        form = DomainForm({"domain": text})
        if form.is_valid():
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", form.cleaned_data["domain"]), text


def test_the_queue_shows_names_organisations_and_reasons_as_text(staff, client_of):
    client, texts = client_of(staff), [text for text in STRINGS if kept(text, limit=120, lines=False)]
    for begin in range(0, len(texts), 20):
        for text in texts[begin : begin + 20]:
            JoinRequestFactory(person__name=text, organisation=text, reason=text)
        harmless(client.get("/manage/join-requests/"))
        JoinRequest.objects.all().delete()
        User.objects.filter(standing="pending").delete()


def test_a_thread_shows_questions_and_answers_as_text(staff, client_of):
    row = JoinRequestFactory()
    texts = [text for text in STRINGS if kept(text, limit=2000, lines=True)]
    JoinMessage.objects.bulk_create(
        JoinMessage(request=row, author=staff, from_staff=bool(number % 2), text=text, at=timezone.now())
        for number, text in enumerate(texts)
    )
    harmless(client_of(staff).get(f"/manage/join-requests/{row.pk}/"))
    harmless(client_of(row.person).get("/members/me/"))


def test_organisations_are_shown_as_text(staff, client_of):
    client, parent = client_of(staff), OrganisationFactory(name="All of them")
    texts = [text for text in STRINGS if kept(text, limit=120, lines=False)]
    Organisation.objects.bulk_create(
        Organisation(slug=f"o{n}", name=text, other_names=[text], level=parent.level, country="GB", parent=parent)
        for n, text in enumerate(texts)
    )
    for number in (0, 1, 2):
        ProfileFactory(organisation=None, organisation_proposed=texts[number])
    for path in (f"/members/organisations/{parent.slug}/", "/manage/organisations/", "/manage/organisations/o7/"):
        harmless(client.get(path))


def test_an_invitation_s_mail_says_what_was_typed_and_is_led_astray_by_none_of_it(member):
    for number, text in enumerate(text for text in STRINGS if kept(text, limit=120, lines=False)):
        member.name = kept(text, limit=120, lines=False)
        if number % 5 == 0:  # each is composed below; some go all the way
            User.objects.filter(pk=member.pk).update(name=member.name)
            with transaction.atomic():
                invitations.invite(
                    email=f"p{number}@agency.example",
                    line=text,
                    group=None,
                    by=User.objects.get(pk=member.pk),
                    at=timezone.now() + timezone.timedelta(days=number),
                )
    mails = delivered()
    assert len(mails) > 60
    for mail in mails:
        assert mail.message["To"].endswith("@agency.example")
        assert not {"bcc", "cc"} & {name.lower() for name in mail.message}
        assert CANARY not in "".join(str(mail.message[name]) for name in ("To", "From", "Reply-To", "Message-ID"))
        parser = Executable()
        parser.feed(mail.html)
        assert [each for each in parser.found if each != "style"] == []


def test_a_question_s_mail_is_harmless_in_text_and_html(staff):
    person = JoinRequestFactory().person
    for text in (text for text in STRINGS if kept(text, limit=2000, lines=True)):
        context = {"question": text, "close_at": timezone.now(), "answer_marker": ""}
        message = compose_for(person, "members/email/join_question", context)
        parser = Executable()
        parser.feed(message.alternatives[0][0])
        assert [each for each in parser.found if each != "style"] == []
        assert set(message.message().keys()) >= {"Subject", "From", "To"}
        assert message.message().get_all("Bcc") is None


@pytest.mark.slow
@pytest.mark.parametrize("begin", range(3))
def test_what_is_sent_to_each_address_ends_in_no_error(begin, staff, client_of):
    """A thirtieth of the strings in one run, to every address that takes words about joining."""
    OrganisationFactory(slug="tamarack", name="Tamarack County")
    row, desk = JoinRequestFactory(), client_of(staff)
    person = client_of(row.person)
    for text in STRINGS[begin::30]:
        harmless(Client().post("/join/", {"name": text, "organisation": text, "reason": text, "email": text}))
        harmless(Client().post("/join/", {"look": "1", "name": text, "organisation": text, "reason": text}))
        harmless(desk.post(f"/manage/join-requests/{row.pk}/ask/", {"ask-question": text}))
        harmless(person.post("/members/me/answer/", {"text": text}))
        harmless(desk.post(f"/manage/join-requests/{row.pk}/approve/", {"approve-organisation": text}))
        harmless(desk.post("/members/me/invitations/", {"email": text, "line": text, "group": text}))
        harmless(desk.post("/manage/organisations/take-for/", {"p1-text": text, "p1-organisation": text}))
        harmless(desk.post("/manage/organisations/new/", {"name": text, "country": text, "level": text}))
        for form, field in (("domains", "domain-domain"), ("move", "parent-parent"), ("merge", "merge-into")):
            harmless(desk.post(f"/manage/organisations/tamarack/{form}/", {field: text}))
        harmless(desk.post("/members/me/welcome/offer/", {"ask_about": text, "looking_for": text}))
        harmless(desk.post("/members/me/welcome/challenge/", {"challenges": text}))
        harmless(desk.get("/join/organisations/", {"q": text}))
        harmless(desk.get("/manage/organisations/", {"q": text}))
        harmless(desk.get("/manage/organisations/new/", {"text": text}))
