"""A draft's page: what is known, how well, what is lacking, and what a seal would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from handoff import facts
from handoff.facts.files import File
from handoff.models import Record
from handoff.pages.checklist import Checklist, checklist
from handoff.pages.forms import StateForm
from handoff.pages.lineage import Step, lineage
from handoff.pages.numbers import Table, table
from sources.models import Person


@dataclass(frozen=True, slots=True)
class Sealing:
    """What the seal would do. `refused` says why it cannot be done by this person,
    or not yet."""

    version: int
    files: int
    size: int
    missing: int
    refused: str


@dataclass(frozen=True, slots=True)
class Page:
    record: Record
    title: str
    opening: str
    checklist: Checklist
    lineage: Sequence[Step]
    numbers: Table
    files: Sequence[File]
    form: StateForm
    may_state: bool
    sealing: Sealing


@dataclass(frozen=True, slots=True)
class Gone:
    """A draft whose run is not here any more."""

    record: Record
    title: str
    reason: str


def read(user: Person, record: Record, posted: Any = None) -> Page | Gone:
    title = f"{record.model.name}, draft"
    try:
        known = facts.read(record, user)
    except facts.RunGone as gone:
        return Gone(record, title, str(gone))
    checks = checklist(known.facts)
    return Page(
        record=record,
        title=title,
        opening=_opening(known, checks),
        checklist=checks,
        lineage=lineage(record, known.facts),
        numbers=numbers_of(known.facts),
        files=known.files,
        form=StateForm(record, known, posted),
        may_state=may(user, "handoff.add_record"),
        sealing=_sealing(user, record, known, checks),
    )


def numbers_of(told: Sequence[facts.Fact]) -> Table:
    held: dict[str, Any] = {one.name: one.value for one in told}
    return table(held.get("metrics") or [], held.get("decision_metric"))


def may(user: Person, permission: str) -> bool:
    """Of a person without an account, no."""
    return bool(getattr(user, "has_perm", lambda _: False)(permission))


def _opening(known: facts.Known, checks: Checklist) -> str:
    gone = checks.total - checks.known
    handle = known.gathered.run.handle
    lacking = f"; {gone} {'is' if gone == 1 else 'are'} missing" if gone else ""
    return f"Made from {handle}. {checks.known} of {checks.total} facts are known{lacking}."


def _sealing(user: Person, record: Record, known: facts.Known, checks: Checklist) -> Sealing:
    last = record.model.records.aggregate(last=Max("version"))["last"] or 0
    return Sealing(
        version=last + 1,
        files=len(known.files),
        size=sum(one.blob.size for one in known.files),
        missing=checks.total - checks.known,
        refused=_refused(user, known),
    )


def _refused(user: Person, known: facts.Known) -> str:
    if not may(user, "handoff.seal_record"):
        return "Sealing needs the role lead."
    return facts.no_checkpoint(known.gathered)
