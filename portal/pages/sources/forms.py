"""A source's form, made from what its kind asks for."""

import zoneinfo
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.text import slugify

from portal.streams import KINDS, Kind, Setting
from sources import expiry
from sources.connectors.base import Trouble
from sources.models import Source

INTERVALS = (
    (1, "every minute"),
    (5, "every 5 minutes"),
    (15, "every 15 minutes"),
    (60, "every hour"),
    (360, "every 6 hours"),
    (1440, "every day"),
)
RESERVED = {"add"}  # /sources/add/
KEPT = "Leave empty to keep the stored one."
ANEW = (
    "The address, the edition or the account has changed: write the credential again. "
    "The stored one is sent nowhere else than where it was given for."
)


def words(text: str) -> list[str]:
    """One a line, or with commas. A name may hold spaces: "Research hypothesis"."""
    return lines(text.replace(",", "\n"))


def lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise forms.ValidationError("Not a time zone; write one such as Europe/Warsaw.")
    return name


class SourceForm(forms.Form):
    """Fields common to all kinds, then the kind's own, named `set_<name>`."""

    name = forms.CharField(max_length=200, label="Name", help_text="As the team calls it.")
    interval = forms.TypedChoiceField(choices=INTERVALS, coerce=int, initial=5, label="Read it")
    viewers = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Who sees what comes from it",
        help_text="Groups. Nobody else learns that it exists.",
    )

    def __init__(self, kind: str, *args: Any, source: Source | None = None, **more: Any) -> None:
        self.kind_name, self.kind, self.source = kind, KINDS[kind], source
        self.only_maps = False  # see save
        more.setdefault("initial", self._initial())
        super().__init__(*args, **more)
        for setting in self.kind.settings:
            self.fields[f"set_{setting.name}"] = field_for(setting)
        if self.kind.secret:
            stored = source is not None and bool(source.sealed_secret)
            self.fields["secret"] = secret_field(self.kind, stored=stored)
            self.fields["ends_on"] = end_field()
        own = (f"set_{one.name}" for one in self.kind.settings)
        self.order_fields(["name", *own, "secret", "ends_on"])

    def _initial(self) -> dict[str, Any]:
        if self.source is None:
            everyone = Group.objects.values_list("pk", flat=True)
            own = {f"set_{one.name}": shown(one, {}) for one in self.kind.settings}
            return {"viewers": list(everyone), "interval": 5, **own}
        held = self.source.settings
        return {
            "name": self.source.name,
            "interval": round(self.source.interval / timedelta(minutes=1)),
            "viewers": list(self.source.viewers.values_list("pk", flat=True)),
            "ends_on": expiry.stated(self.source),
            **{f"set_{one.name}": shown(one, held) for one in self.kind.settings},
        }

    def settings(self) -> dict[str, Any]:
        """The kind's own settings as the form has them. Call it when valid."""
        return {one.name: self.cleaned_data[f"set_{one.name}"] for one in self.kind.settings}

    def apply_to(self, source: Source) -> Source:
        """An unsaved source with this form's words. Call it when valid."""
        source.name = self.cleaned_data["name"]
        source.kind = self.kind_name
        source.interval = timedelta(minutes=self.cleaned_data["interval"])
        source.settings = {**source.settings, **self.settings()}
        self._credential_of(source)
        return source

    def _credential_of(self, source: Source) -> None:
        if not self.kind.secret:
            return
        day, lasts = self.cleaned_data.get("ends_on"), self.kind.lasts
        if secret := self.cleaned_data.get("secret"):
            longest = lasts(source.settings) if lasts else None
            expiry.state_anew(source, secret, day, lasts=longest)
        elif source.sealed_secret:
            expiry.state(source, day)

    def clean(self) -> dict[str, Any] | None:
        """A stored credential stays with the place and the account it was given for."""
        found = super().clean()
        if self.source and not self.errors and self._leads_away(self.source):
            self.add_error("secret", ANEW)
        return found

    def _leads_away(self, source: Source) -> bool:
        """Whether the stored credential would go elsewhere than so far."""
        if not source.sealed_secret or self.cleaned_data.get("secret"):
            return False
        return any(
            not one.same(shown(one, source.settings), self.cleaned_data[f"set_{one.name}"])
            for one in self.kind.settings
            if one.leads
        )

    @transaction.atomic
    def save(self) -> Source:
        """Other settings than before mean that everything is read anew, or, where they
        only say how records are understood, that what is stored is mapped anew."""
        if self.source is not None:
            return self._save_changed(self.source)
        source = self.apply_to(Source(slug=free_slug(self.cleaned_data["name"])))
        source.save()
        source.viewers.set(self.cleaned_data["viewers"])
        return source

    def _save_changed(self, shown: Source) -> Source:
        """Only what the form holds: a sync under way keeps its claim and its time.

        Who changed the address meanwhile may have stored another credential.
        """
        source = Source.objects.select_for_update().get(pk=shown.pk)
        before, stays = source.settings, not self._leads_away(source)
        self.apply_to(source)
        if not stays:
            source.secret = ""
        source.save(
            update_fields=(
                "name",
                "interval",
                "settings",
                "sealed_secret",
                "secret_expires_at",
                "secret_end_guessed",
            )
        )
        source.viewers.set(self.cleaned_data["viewers"])
        changed = [name for name, value in source.settings.items() if before.get(name) != value]
        self.only_maps = bool(changed) and self._only_map(changed)
        if self.only_maps:
            source.map_anew()
        elif changed:
            source.read_anew()
        return source

    def _only_map(self, changed: Collection[str]) -> bool:
        maps = {one.name for one in self.kind.settings if one.maps}
        return maps.issuperset(changed)

    @property
    def saved_words(self) -> str:
        """Call it when saved."""
        done = "what is stored is mapped anew" if self.only_maps else "a sync has started"
        return f"{self.cleaned_data['name']} is saved, and {done}."


def shown(setting: Setting, held: dict[str, Any]) -> Any:
    value = held.get(setting.name, setting.default)
    return "\n".join(value) if isinstance(value, list) else value


def field_for(setting: Setting) -> forms.Field:
    common: dict[str, Any] = {
        "label": setting.label,
        "help_text": setting.help,
        "required": setting.required,
        "initial": setting.default,
    }
    if setting.kind == "flag":
        return forms.BooleanField(**common | {"required": False})
    if setting.kind == "choice":
        return forms.ChoiceField(choices=setting.choices, **common)
    if setting.kind in {"list", "lines"}:
        made = WordsField if setting.kind == "list" else LinesField
        return made(widget=forms.Textarea(attrs={"rows": 3}), **common)
    if setting.kind == "zone":
        return ZoneField(**common)
    return TextField(setting.plain, max_length=1000, **common)


class TextField(forms.CharField):
    """Kept as it was typed; what cannot be is told in the connector's own words."""

    def __init__(self, plain: Callable[[str], str], **more: Any) -> None:
        self.plain = plain
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found:
            self._refuse(found)
        return found

    def _refuse(self, text: str) -> None:
        try:
            self.plain(text)
        except Trouble as trouble:
            raise forms.ValidationError(str(trouble)) from None


class WordsField(forms.CharField):
    split = staticmethod(words)

    def clean(self, value: Any) -> Any:
        found = self.split(super().clean(value))
        if self.required and not found:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class LinesField(WordsField):
    """Paths: a comma belongs to the name."""

    split = staticmethod(lines)


class ZoneField(forms.CharField):
    def clean(self, value: Any) -> Any:
        return zone(super().clean(value) or "UTC")


def end_field() -> forms.Field:
    return forms.DateField(
        required=False,
        label="It ends on",
        help_text="Said on the pages two weeks ahead. A Data Center tells it by itself; of a "
        "token for Jira Cloud a year is guessed where this is empty.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def secret_field(kind: Kind, *, stored: bool) -> forms.Field:
    help_text = f"{kind.secret_help} {KEPT}" if stored else kind.secret_help
    return forms.CharField(
        label=kind.secret,
        help_text=help_text.strip(),
        required=not stored,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


def free_slug(name: str) -> str:
    """A slug that no source has yet, and no other page."""
    wanted = slugify(name)[:40] or "source"
    taken = set(Source.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    taken |= RESERVED
    numbers = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(one for one in numbers if one not in taken)
