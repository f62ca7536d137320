"""Accounts and organisations in the editors' area."""

import pytest

from members import operations
from members.models import Organisation, User
from portal.taxonomy.models import JurisdictionLevel
from tests.factories.members import ProfileFactory

pytestmark = pytest.mark.django_db

NEW = "three wombats in a purple canoe"


def test_a_superuser_makes_and_edits_an_account(client_of, superuser, client):
    editor = client_of(superuser)
    assert editor.get("/cms/users/").status_code == 200
    assert editor.get("/cms/users/new/").status_code == 200
    sent = {
        "email": "made@agency.example",
        "name": "Made by Hand",
        "standing": "member",
        "password1": NEW,
        "password2": NEW,
    }
    assert editor.post("/cms/users/new/", sent).status_code == 302
    made = User.objects.get(email="made@agency.example")
    assert made.is_member
    assert made.check_password(NEW)

    page = f"/cms/users/edit/{made.pk}/"
    assert "Made by Hand" in editor.get(page).content.decode()
    assert (
        editor.post(page, sent | {"name": "Made Anew", "is_active": "on", "password1": "", "password2": ""}).status_code
        == 302
    )
    made.refresh_from_db()
    assert (made.name, made.check_password(NEW)) == ("Made Anew", True)
    assert editor.get("/cms/users/?q=anew").status_code == 200


def test_a_weak_password_or_an_unstorable_name_is_refused_there_too(client_of, superuser):
    sent = {
        "email": "made@agency.example",
        "name": "x\u202ey",
        "standing": "member",
        "password1": "short",
        "password2": "short",
    }
    page = client_of(superuser).post("/cms/users/new/", sent).content.decode()
    assert "at least 15 characters" in page
    assert "cannot be stored" in page
    assert not User.objects.filter(email="made@agency.example").exists()


def test_an_account_switched_off_there_is_signed_out_at_once(client_of, superuser, member):
    theirs = client_of(member)
    assert theirs.get("/members/me/").status_code == 200
    sent = {"email": member.email, "name": member.name, "standing": "suspended"}
    client_of(superuser).post(f"/cms/users/edit/{member.pk}/", sent)
    assert theirs.get("/members/me/").status_code == 302


def test_staff_do_not_manage_accounts_there(client_of, staff):
    operations.make_staff(person=staff)
    editor = client_of(staff)
    assert editor.get("/cms/").status_code == 200
    assert editor.get("/cms/users/").status_code in {302, 403, 404}
    assert editor.get("/cms/users/new/").status_code in {302, 403, 404}


def test_staff_add_an_organisation_with_its_other_names(client_of, staff):
    operations.make_staff(person=staff)
    editor = client_of(staff)
    assert editor.get("/cms/snippets/members/organisation/").status_code == 200
    page = editor.get("/cms/snippets/members/organisation/add/")
    assert page.status_code == 200
    sent = {
        "name": "Agency of New Things",
        "slug": "new-things",
        "other_names": "New Things\nANT",
        "body": "government",
        "level": JurisdictionLevel.objects.get(slug="national").pk,
        "country": "RO",
        "place": "",
        "domain": "",
    }
    response = editor.post("/cms/snippets/members/organisation/add/", sent)
    assert response.status_code == 302, response.content.decode()[:3000]
    made = Organisation.objects.get(slug="new-things")
    assert made.other_names == ["New Things", "ANT"]
    assert made.search_text == "agency of new things\nnew things\nant"
    edit = editor.get(f"/cms/snippets/members/organisation/edit/{made.pk}/").content.decode()
    assert "New Things\nANT" in edit


def test_members_have_no_business_there(client_of, member):
    ProfileFactory()
    assert client_of(member).get("/cms/snippets/members/organisation/").status_code == 404


def test_the_account_page_of_the_editors_area_opens(client_of, staff, superuser):
    operations.make_staff(person=staff)
    for person in (staff, superuser):
        assert client_of(person).get("/cms/account/").status_code == 200


def test_django_s_admin_lists_confirmed_addresses(client_of, superuser):
    admin = client_of(superuser)
    assert admin.get("/django-admin/account/emailaddress/?q=agency").status_code == 200
    assert admin.get("/django-admin/").status_code == 200
