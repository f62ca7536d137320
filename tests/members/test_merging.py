"""Two accounts of one person become one, with everything that points at them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from members import merging
from members.models import Contribution, Merge, Profile, User
from members.operations import NotAllowed, record_contribution
from portal.core import personal
from portal.follows.models import Follow, Seat
from portal.follows.operations import follow, open_channel, seat
from portal.outbox.drain import drain
from tests.factories import cases as case_factory
from tests.factories.members import ProfileFactory
from tests.members.post import newest


@pytest.fixture
def kept(db: None) -> Profile:
    return ProfileFactory(user__name="Nadia Okonjo", user__email="nadia@work.example", role="", bio="About me")


@pytest.fixture
def gone(db: None) -> Profile:
    return ProfileFactory(user__name="N. Okonjo", user__email="nadia@home.example", role="Director", bio="Old words")


def _merge(kept: Profile, gone: Profile, by: User) -> Merge:
    return merging.merge(kept=kept, gone=gone, reason="She told us.", by=by, at=timezone.now())


def test_what_the_duplicate_did_and_belongs_to_moves(kept: Profile, gone: Profile, staff: User) -> None:
    both, one = (open_channel(kind="case", title=t, url=f"/{t}/", audience="public") for t in ("both", "one"))
    for person in (kept.user, gone.user):
        follow(channel=both, by=person, at=timezone.now())
    follow(channel=one, by=gone.user, at=timezone.now())
    seat(channel=one, user=gone.user)
    record_contribution(
        key="k", person=gone.user, kind="case", title="A case", url="/c/", channel=one, at=timezone.now()
    )
    row = _merge(kept, gone, staff)
    assert Follow.objects.filter(user=kept.user).count() == 2
    assert Seat.objects.filter(user=kept.user, channel=one).exists()
    assert Contribution.objects.get().person == kept.user
    assert row.moved["follows.Follow.user"] == 1
    assert not User.objects.filter(email="nadia@home.example").exists()


def test_the_profile_that_stays_is_filled_where_it_was_silent(kept: Profile, gone: Profile, staff: User) -> None:
    _merge(kept, gone, staff)
    kept.refresh_from_db()
    assert (kept.role, kept.bio) == ("Director", "About me")


def test_the_old_address_leads_to_the_profile(
    kept: Profile, gone: Profile, staff: User, member: User, client_of: Callable[[Any], Client]
) -> None:
    handle = gone.handle
    _merge(kept, gone, staff)
    response = client_of(member).get(f"/members/{handle}/")
    assert (response.status_code, response["Location"]) == (301, kept.get_absolute_url())
    assert Client().get(f"/members/{handle}/").status_code == 404  # a visitor may see neither


def test_a_case_and_its_drafts_keep_their_author(kept: Profile, gone: Profile, staff: User) -> None:
    case = case_factory.published(author=gone.user, credit="")
    _merge(kept, gone, staff)
    drain()
    case = Case.objects.get(pk=case.pk)
    assert case.author == kept.user
    assert case.latest_revision.as_object().author == kept.user


def test_both_addresses_are_told(kept: Profile, gone: Profile, staff: User) -> None:
    _merge(kept, gone, staff)
    for address in ("nadia@work.example", "nadia@home.example"):
        assert "nadia@work.example" in newest(address).text


def test_nothing_points_at_the_duplicate_any_more(kept: Profile, gone: Profile, staff: User) -> None:
    pk = gone.user_id
    _merge(kept, gone, staff)
    from django.apps import apps

    for holding in personal.all_holdings():
        label, _dot, field = holding.key.rpartition(".")
        assert not apps.get_model(label)._default_manager.filter(**{f"{field}_id": pk}).exists(), holding.key


def test_a_third_account_s_old_address_leads_all_the_way(kept: Profile, gone: Profile, staff: User) -> None:
    third = ProfileFactory(handle="third-account")
    _merge(gone, third, staff)
    gone.refresh_from_db()
    _merge(kept, gone, staff)
    assert Merge.objects.get(gone_handle="third-account").kept == kept


def test_members_merge_nobody_and_staff_no_colleague(
    kept: Profile, gone: Profile, staff: User, member: User, superuser: User
) -> None:
    with pytest.raises(NotAllowed):
        _merge(kept, gone, member)
    User.objects.filter(pk=gone.user_id).update(is_staff=True)
    gone.user.refresh_from_db()
    with pytest.raises(NotAllowed):
        _merge(kept, gone, staff)
    _merge(kept, gone, superuser)


def test_staff_see_both_before_they_merge(
    kept: Profile, gone: Profile, staff: User, client_of: Callable[[Any], Client]
) -> None:
    client, typed = (
        client_of(staff),
        {"kept": kept.handle, "gone": f"/members/{gone.handle}/", "reason": "She told us."},
    )
    text = client.post("/manage/merge/", typed).content.decode()
    assert "Merge them" in text
    assert Profile.objects.filter(pk=gone.pk).exists()
    client.post("/manage/merge/", typed | {"sure": "yes"})
    assert not Profile.objects.filter(pk=gone.pk).exists()
    assert "She told us." in client.get("/manage/merge/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"gone": "nobody-here"}, "No member has this address."), ({"gone": "{kept}"}, "That is the same profile.")],
)
def test_a_mistake_is_answered_beside_the_field(
    changes: dict[str, str], words: str, kept: Profile, gone: Profile, superuser: User
) -> None:
    typed = {"kept": kept.handle, "gone": gone.handle, "reason": "She told us.", "sure": "yes"}
    typed |= {name: value.format(kept=kept.handle) for name, value in changes.items()}
    client = Client()
    client.force_login(superuser)
    response = client.post("/manage/merge/", typed)
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert Profile.objects.count() == 3
