"""How people come in: domains and the tree of organisations, requests in every state, invitations, a first visit."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.db import transaction

from demo.people import confirmed
from demo.progress import Progress
from members.invitations import operations as invitations
from members.joining import operations as joining
from members.models import FirstVisit, Invitation, JoinRequest, Organisation, OrganisationDomain, User
from members.organisations import operations as organisations
from members.welcome.operations import settle
from portal.follows.models import Channel

CONTENT = Path(__file__).parent / "content"
STAFF, PRACTITIONER, PROVIDER = "staff@example.org", "practitioner@example.org", "provider@example.org"
# Staff have checked the domains of government bodies, these excepted: one sees what an unverified one looks like.
UNCHECKED = frozenset({"tamarackcounty.example", "ironbarkridge.example"})


def load(progress: Progress, now: datetime) -> None:
    """Make what is missing; what is there is left alone."""
    content = yaml.safe_load((CONTENT / "joining.yaml").read_text(encoding="utf-8"))
    staff = User.objects.get(email=STAFF)
    with transaction.atomic():
        _tree(content["parents"], staff, now)
        number = _domains(staff, now)
    progress.done(f"{number} domains of organisations")
    for row in content["requests"]:
        with transaction.atomic():
            _ask(row, staff, now)
    progress.done(f"{len(content['requests'])} requests to join")
    with transaction.atomic():
        _invite(content["invitations"], now)
        _visit(now)
    progress.done(f"{len(content['invitations'])} invitations and a first visit")


def _tree(parents: dict[str, str], staff: User, now: datetime) -> None:
    rows = {row.slug: row for row in Organisation.objects.filter(slug__in=[*parents, *parents.values()])}
    for part, parent in parents.items():
        if rows[part].parent_id is None:
            organisations.move(organisation=rows[part], parent=rows[parent], by=staff, at=now)


def _domains(staff: User, now: datetime) -> int:
    at = now - timedelta(days=200)
    known = set(OrganisationDomain.objects.values_list("domain", flat=True))
    listed = yaml.safe_load((CONTENT / "organisations.yaml").read_text(encoding="utf-8"))
    rows = {row.slug: row for row in Organisation.objects.all()}
    for row in listed:
        if row["domain"] in known:
            continue
        domain = organisations.add_domain(organisation=rows[row["slug"]], domain=row["domain"], by=staff, at=at)
        if row["kind_of_body"] == "government" and row["domain"] not in UNCHECKED:
            organisations.verify_domain(row=domain, by=staff, at=at)
    return len(listed)


def _ask(row: dict[str, Any], staff: User, now: datetime) -> None:
    """Somebody asks to join some days ago, and what followed; asked for once only."""
    if User.objects.filter(email=row["email"]).exists():
        return
    at = now - timedelta(days=row["days_ago"])
    person = User.objects.create_user(row["email"], name=row["name"], date_joined=at)
    request = joining.request_to_join(
        person=person, organisation=row["organisation"], kind=row["kind"], reason=row["reason"], at=at
    )
    if row.get("unconfirmed"):
        EmailAddress.objects.create(user=person, email=person.email, primary=True)
        return
    confirmed([person.email])
    joining.confirm_address(person=person, at=at)
    request.refresh_from_db()
    for step in row.get("then", ()):
        _follow_up(request, step, staff, at)


def _follow_up(request: JoinRequest, step: dict[str, Any], staff: User, asked_at: datetime) -> None:
    at = asked_at + timedelta(days=step["after_days"])
    if "question" in step:
        joining.ask_back(request=request, question=step["question"], by=staff, at=at)
    elif "answer" in step:
        joining.answer(request=request, text=step["answer"], by=request.person, at=at)
    elif "refusal" in step:
        joining.refuse(request=request, reason=step["refusal"], by=staff, at=at)
    elif "approved" in step:
        joining.approve(request=request, organisation=None, kind=request.kind, by=staff, at=at)
    else:
        joining.sweep(at=at)


def _invite(rows: list[dict[str, Any]], now: datetime) -> None:
    for row in rows:
        by = User.objects.get(email=row["by"])
        if Invitation.objects.filter(inviter=by, email=row["email"]).exists():
            continue
        group = Channel.objects.filter(kind="group", url=row["group"]).first() if row.get("group") else None
        at = now - timedelta(days=row["days_ago"])
        invitations.invite(email=row["email"], line=row["line"], group=group, by=by, at=at)


def _visit(now: datetime) -> None:
    """One of the accounts that can sign in is new enough to have two steps left."""
    person = User.objects.get(email=PROVIDER)
    if not FirstVisit.objects.filter(person=person).exists():
        settle(step="challenge", outcome=FirstVisit.Outcome.SKIPPED, by=person, at=now - timedelta(days=2))
