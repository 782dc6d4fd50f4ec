"""What is asked for on the settings' pages."""

import zoneinfo
from collections import defaultdict
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction

from portal.accounts import people
from portal.accounts.models import SCOPES, Profile

# Old names of zones, and such that tell hours and no place.
PASSED_OVER = {"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico"}
MOST_DAYS = 365


def zones() -> list[Any]:
    """UTC, then every place by its continent."""
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        area, slash, _ = name.partition("/")
        if slash and area not in PASSED_OVER:
            places[area].append((name, name.replace("_", " ")))
    return [("UTC", "UTC"), *sorted(places.items())]


class SettingsForm(forms.Form):
    name = forms.CharField(
        max_length=300,
        required=False,
        label="Name",
        help_text="As Jira writes it: by it we know which tasks are yours.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        max_length=254,
        label="E-mail",
        help_text="You can sign in with it. Before it changes you are asked for your password.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    zone = forms.ChoiceField(
        choices=zones, label="Time zone", help_text="In which times are shown to you."
    )
    single_keys = forms.BooleanField(
        required=False,
        label="Shortcuts of one letter",
        help_text="g s for sprints, j and k in tables. Ctrl K and Escape stay.",
    )

    def __init__(self, person: User, profile: Profile, *args: Any, **more: Any) -> None:
        self.person, self.profile = person, profile
        more["initial"] = {
            "name": person.get_full_name(),
            "email": person.email,
            "zone": profile.zone,
            "single_keys": profile.single_keys,
        }
        super().__init__(*args, **more)

    def clean_name(self) -> str:
        """Django keeps a first and a last name; the whole is what Jira shows."""
        name = " ".join(self.cleaned_data["name"].split())
        first, _, last = name.partition(" ")
        if max(len(first), len(last)) > 150:
            raise forms.ValidationError("At most 150 letters before and after the first space.")
        return name

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if people.has_email(email, but=self.person):
            raise forms.ValidationError("Somebody else here has this address.")
        return email

    @property
    def changes_email(self) -> bool:
        """Call it when valid."""
        return bool(self.cleaned_data["email"] != self.person.email)

    def save(self) -> None:
        with transaction.atomic():
            name, email = self.cleaned_data["name"], self.cleaned_data["email"]
            people.rename(self.person, name=name, email=email)
            self.profile.user = self.person
            self.profile.zone = self.cleaned_data["zone"]
            self.profile.single_keys = self.cleaned_data["single_keys"]
            self.profile.save()


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name", help_text="Where it will be used.")
    scopes = forms.MultipleChoiceField(
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        initial=["read"],
        help_text="Never more than you may yourself.",
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        initial=90,
        label="Days until it ends",
        help_text=f"At most {MOST_DAYS}.",
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        choices=[(name, name) for name in people.ROLES],
        label="Role",
        initial="contributor",
    )


class InviteForm(RoleForm):
    email = forms.EmailField(max_length=254, label="E-mail")
    field_order = ("email", "role")
