"""What a form's settings would change of what is stored: told, and nothing stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from portal.pages.sources.forms import SourceForm
from portal.streams import Setting
from sources.models import Source
from sources.remap import Change, Forecast, forecast

NAMED = 20


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """One way to change: how many, and the first of them by name."""

    words: str
    named: list[Named]
    more: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    opening: str
    groups: list[Group]
    notes: list[str]


def read(form: SourceForm) -> Foreseen:
    """Call it with a valid form of a stored source."""
    assert form.source is not None
    held = Source.objects.get(pk=form.source.pk)
    unread = [one.label for one in form.kind.settings if not one.maps and _differs(form, held, one)]
    found = forecast(form.apply_to(held), form.kind.stored)
    groups = [group for group in _groups(found.changes) if group.named]
    return Foreseen(_opening(found), groups, list(_notes(found, unread)))


def _differs(form: SourceForm, held: Source, setting: Setting) -> bool:
    value = form.cleaned_data[f"set_{setting.name}"]
    return not setting.same(held.settings.get(setting.name, setting.default), value)


def _opening(found: Forecast) -> str:
    if not found.total:
        return "Nothing is stored yet that could change."
    if not found.changes:
        return f"Nothing would change: {found.looked:,} stored records were mapped to see."
    return f"{len(found.changes):,} of {found.looked:,} stored records would be mapped differently."


def _groups(changes: Iterable[Change]) -> Iterable[Group]:
    become = (("would become a hypothesis", "would become hypotheses"), (False, True))
    cease = (("would be a hypothesis no more", "would be hypotheses no more"), (True, False))
    rest = list(changes)
    for words, ends in (become, cease):
        some = [one for one in rest if one.columns.get("is_hypothesis") == ends]
        rest = [one for one in rest if one.columns.get("is_hypothesis") != ends]
        yield _group(words, some)
    yield _group(("would change otherwise", "would change otherwise"), rest)


def _group(words: tuple[str, str], changes: list[Change]) -> Group:
    ordered = sorted(changes, key=lambda one: str(one.row))
    named = [_named(one) for one in ordered[:NAMED]]
    told = f"{len(changes):,} {words[len(changes) != 1]}"
    return Group(told, named, max(0, len(changes) - NAMED))


def _named(change: Change) -> Named:
    address = {"task": "task_by_id", "sprint": "sprint_by_id"}.get(change.kind)
    url = reverse(address, args=[change.row.key]) if address else ""
    return Named(str(change.row), getattr(change.row, "summary", ""), url)


def _notes(found: Forecast, unread: list[str]) -> Iterable[str]:
    if found.looked < found.total:
        yield f"Of {found.total:,} records {found.looked:,} were looked at, in some seconds."
    if found.odd:
        yield f"{found.odd:,} could not be mapped; they stay as they are."
    if unread:
        yield f"{', '.join(unread)}: what another reading would bring is not known before it."
