"""What is asked before somebody is erased."""

from typing import Any

from django import forms
from django.contrib.auth.models import User


class EraseForm(forms.Form):
    """Their user name, typed: what follows cannot be taken back."""

    username = forms.CharField(
        max_length=150,
        label="Their user name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, person: User, *args: Any, **more: Any) -> None:
        self.person = person
        super().__init__(*args, **more)
        self.fields["username"].help_text = f"Type {person.get_username()} to say that you mean it."

    def clean_username(self) -> str:
        told: str = self.cleaned_data["username"].strip()
        if told != self.person.get_username():
            raise forms.ValidationError("That is not their user name.")
        return told
