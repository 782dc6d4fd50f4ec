"""Runs that two trackers have: those that Neptune's exporter loaded into MLflow.

The copy's provenance names its original (`same_as`), which may not be here, or be
seen by others only. Nothing is merged: each knows something that the other lacks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.fields.json import KT

from sources.among import among
from sources.models import Person
from tracking.models import Run, RunQuerySet


class Name(NamedTuple):
    """What Neptune calls a run."""

    project: str
    run: str


def original(same_as: Any) -> Name | None:
    """Of a run's provenance["same_as"]."""
    if not isinstance(same_as, Mapping):
        return None
    return Name(str(same_as.get("project", "")), str(same_as.get("run", "")))


@dataclass(frozen=True, slots=True)
class Twins:
    """Which of some runs are copies, and which the originals of these."""

    copies: Mapping[UUID, Name]
    originals: Mapping[UUID, Name]

    def once(self, runs: Sequence[UUID]) -> list[UUID]:
        """Without copies of what is among these runs itself, or was as a copy before."""
        there = {self.originals[run] for run in runs if run in self.originals}
        kept = []
        for run in runs:
            name = self.copies.get(run)
            if name in there:
                continue
            kept.append(run)
            if name:
                there.add(name)
        return kept


def among_them(told: Mapping[UUID, Any]) -> Twins:
    """`told` is what each run has as `same_as`, None where it has nothing. A query
    where there are copies, else none."""
    copies = {run: name for run, same in told.items() if (name := original(same))}
    if not copies:
        return Twins({}, {})
    others = Run.objects.filter(among("key", told.keys() - copies.keys()))
    held = others.filter(handle__in={name.run for name in copies.values()})
    named = held.values_list("key", "project__name", "handle")
    return Twins(copies, {key: Name(project, handle) for key, project, handle in named})


def same_as(user: Person, run: Run) -> list[Run]:
    """The runs that are this one, the original first, as far as `user` sees them: a
    query, or two of a copy."""
    held = Run.objects.visible_to(user).filter(trashed=False).exclude(pk=run.pk)
    held = held.select_related("source")
    copied = original(run.provenance.get("same_as"))
    name = copied or Name(run.project.name, run.handle)
    firsts = _named(held, name) if copied else []
    return [*firsts, *_copies(held, name)]


def _named(held: RunQuerySet, name: Name) -> list[Run]:
    found = held.called([name.run]).filter(project__name=name.project, handle=name.run)
    return list(found.exclude(provenance__has_key="same_as").newest_first())


def _copies(held: RunQuerySet, name: Name) -> list[Run]:
    """Along an index that has copies only."""
    found = held.filter(provenance__has_key="same_as")
    found = found.alias(copied=KT("provenance__same_as__run")).filter(copied=name.run)
    return [one for one in found.newest_first() if original(one.provenance["same_as"]) == name]
