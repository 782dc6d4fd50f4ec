"""What is asked for when a view is saved or changed."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction

from portal.accounts.saved import SHARE, SavedView

MOST = 200  # of one person
ONLY_SOME = "Views for the team are kept by contributors and leads."


class ViewForm(forms.Form):
    """Of a view that may be new. What its owner may not share is left as it is."""

    name = forms.CharField(
        max_length=80, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kept = forms.ChoiceField(
        choices=[("private", "Only for me"), ("team", "For the team")],
        widget=forms.RadioSelect,
        label="Who has it",
    )
    pinned = forms.BooleanField(
        required=False, label="Pinned", help_text="In the side bar of every page; only yours."
    )

    def __init__(self, person: User, view: SavedView, *args: Any, **more: Any) -> None:
        self.person, self.view, self.is_new = person, view, view._state.adding
        more["initial"] = {
            "name": view.name,
            "kept": "team" if view.shared else "private",
            "pinned": self.is_new or view.pinned_by.filter(pk=person.pk).exists(),
        }
        super().__init__(*args, **more)
        if not person.has_perm(SHARE):
            self.fields["kept"].disabled = True
            self.fields["kept"].help_text = ONLY_SOME
        if view.owner_id != person.pk:
            self.fields["kept"].disabled = True
            self.fields["kept"].help_text = "Its owner alone takes it back from the team."

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = SavedView.objects.filter(owner=self.view.owner).exclude(pk=self.view.pk)
        if others.filter(name__iexact=name).exists():
            owner = "You have" if self.view.owner_id == self.person.pk else "Its owner has"
            raise forms.ValidationError(f"{owner} a view of this name.")
        return name

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_new and SavedView.objects.filter(owner=self.person).count() >= MOST:
            views = f"{MOST} view{'' if MOST == 1 else 's'}"
            raise forms.ValidationError(f"You keep {views}, and no more. Remove one first.")
        return told

    @transaction.atomic
    def save(self) -> SavedView:
        self.view.name = self.cleaned_data["name"]
        self.view.shared = self.cleaned_data["kept"] == "team"
        self.view.save()
        pin(self.view, self.person, pinned=self.cleaned_data["pinned"])
        return self.view


def pin(view: SavedView, person: User, *, pinned: bool) -> None:
    """Twice is once."""
    if pinned:
        view.pinned_by.add(person)
    else:
        view.pinned_by.remove(person)
