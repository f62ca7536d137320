"""Writes: what a member allows, whom they set aside, whom they do not want to hear from."""

from datetime import datetime

from django.db import transaction

from members.models import Block, ContactChoices, Introduction, SetAside, User


def hold(*people: User) -> None:
    """Let nobody else count the requests, letters or places of these people until the transaction ends.

    Rows that merely refer to them are not held up.
    """
    keys = [person.pk for person in people]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def choose(*, suggested: bool, introductions: bool, letters: bool, by: User) -> ContactChoices:
    """Remember how `by` can be reached from now on; what waits already can still be answered."""
    chosen = {"suggested": suggested, "introductions": introductions, "letters": letters}
    row, _made = ContactChoices.objects.update_or_create(person=by, defaults=chosen)
    return row


@transaction.atomic
def set_aside(*, other: User, by: User, at: datetime) -> None:
    """Not now: `other` is suggested to `by` no more. Twice is once; they never hear of it."""
    if other.pk != by.pk:
        SetAside.objects.get_or_create(person=by, other=other, defaults={"at": at})


@transaction.atomic
def take_back(*, other: User, by: User) -> None:
    """Let `other` be suggested again; nothing happens when they were not set aside."""
    SetAside.objects.filter(person=by, other=other).delete()


@transaction.atomic
def block(*, other: User, by: User, at: datetime) -> None:
    """Hear no more from somebody. They are told nothing: to them it looks as if `by` took nothing from anybody.

    What they ask already is declined as quietly as any.
    """
    if other.pk == by.pk:
        return
    Block.objects.get_or_create(person=by, other=other, defaults={"at": at})
    asked = Introduction.objects.filter(asker=other, person=by, state=Introduction.State.OPEN)
    asked.update(state=Introduction.State.DECLINED, settled_at=at)


@transaction.atomic
def unblock(*, other: User, by: User) -> None:
    """Take a block back; nothing happens when there is none."""
    Block.objects.filter(person=by, other=other).delete()
