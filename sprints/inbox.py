"""Runs that belong to no task, newest first, with what they may have meant."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Exists, OuterRef

from sources.models import Person
from sprints import links
from sprints.nearest import Proposal, proposals
from tracking.models import Mention, Run, RunQuerySet
from tracking.runs import keyset
from tracking.runs.lines import mentioned
from tracking.runs.table import HEAVY

SIZE = 25
ORDER = "inbox, newest first"
type Which = Literal["", "keyed", "plain"]


@dataclass(frozen=True, slots=True)
class Loose:
    """`lost` are the keys that it names and that lead nowhere."""

    run: Run
    lost: list[str]
    proposals: list[Proposal]


@dataclass(frozen=True, slots=True)
class Inbox:
    """`newer` and `older` are places; empty where there is no such page."""

    rows: list[Loose]
    newer: str
    older: str


def read(
    user: Person, *, which: Which = "", word: str = "", place: str = "", size: int = SIZE
) -> Inbox:
    """A constant number of queries. `keyed` are the runs that name some key,
    `plain` those that name none; with a `word` those that have it for a tag or a key."""
    found = keyset.decode(place, ORDER) if place else None
    held = _loose(user, which, word).select_related("project").defer(*HEAVY)
    cut = keyset.take(held, "started_at", found, descending=True, size=size)
    words = mentioned([run.pk for run in cut.rows])
    meant = proposals(user, cut.rows)
    rows = [
        Loose(run, [one.value for one in words.get(run.pk, []) if one.kind == "key"], meant[run.pk])
        for run in cut.rows
    ]
    return Inbox(
        rows,
        newer=_place(cut.rows[0], back=True) if cut.newer and cut.rows else "",
        older=_place(cut.rows[-1], back=False) if cut.older and cut.rows else "",
    )


def all_of(user: Person, word: str, *, which: Which = "", most: int) -> RunQuerySet:
    """The newest runs without a task that have this word for a tag or a key."""
    return _loose(user, which, word).defer(*HEAVY).newest_first()[:most]


def count_of(user: Person, word: str, *, which: Which = "", most: int) -> int:
    return _loose(user, which, word).order_by()[:most].count()


def _loose(user: Person, which: Which, word: str) -> RunQuerySet:
    held = links.loose_runs(user)
    if word:
        named = Mention.objects.filter(kind__in=("tag", "key"), value=word)
        held = held.filter(pk__in=named.values("run"))
    if not which:
        return held
    keyed = Exists(Mention.objects.filter(run=OuterRef("pk"), kind="key"))
    return held.filter(keyed if which == "keyed" else ~keyed)


def _place(run: Run, *, back: bool) -> str:
    return keyset.encode(keyset.Place(run.started_at, run.pk, back), ORDER)
