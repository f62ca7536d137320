"""`/cms/users/`: accounts as superusers edit them. People have one name, and their standing is here too."""

from typing import Any

from django import forms
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet

from members.models import User
from portal.core.fields import SafeFormCharField

FIELDS = ["email", "name", "standing", "is_staff", "is_superuser", "groups"]


class _OneName:
    """Leaves out first and last name, which Wagtail's forms ask for and these accounts do not have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields.pop(name, None)  # type: ignore[attr-defined]


class AccountCreationForm(_OneName, UserCreationForm):
    """A new account; made by hand, it is approved unless said otherwise."""

    name = SafeFormCharField(max_length=120, label=User._meta.get_field("name").verbose_name)

    class Meta(UserCreationForm.Meta):
        model = User
        fields = FIELDS
        widgets = {"groups": forms.CheckboxSelectMultiple}


class AccountEditForm(_OneName, UserEditForm):
    """An account as it is."""

    name = SafeFormCharField(max_length=120, label=User._meta.get_field("name").verbose_name)

    class Meta(UserEditForm.Meta):
        model = User
        fields = [*FIELDS, "is_active"]
        widgets = {"groups": forms.CheckboxSelectMultiple}


class AccountViewSet(UserViewSet):
    """Wagtail's own pages, with the forms above."""

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:  # noqa: FBT001, FBT002 -- Wagtail's signature
        return AccountEditForm if for_update else AccountCreationForm
