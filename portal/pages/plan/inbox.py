"""The inbox: runs that belong to no task, and what they may have meant."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.urls import reverse

from portal.pages.plan.shown import Tab, refused
from sources.models import Person
from sprints import links
from sprints.nearest import Proposal, proposals
from tracking.models import Mention, Run
from tracking.runs import keyset
from tracking.runs.table import mentioned

SIZE = 25
ORDER = "inbox, newest first"
type Which = Literal["", "keyed", "plain"]
NAMES: dict[Which, str] = {"": "All", "keyed": "Name a key", "plain": "Name none"}


@dataclass(frozen=True, slots=True)
class Row:
    """`lost` are the keys it names that lead nowhere."""

    run: Run
    lost: list[str]
    proposals: list[Proposal]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    tabs: list[Tab]
    which: str
    opening: str
    here: str
    words: str
    first_url: str
    newer_url: str
    older_url: str
    may_not_tie: str
    may_not_dismiss: str


def read(user: Person, asked: QueryDict) -> Page:
    which: Which = word if (word := asked.get("names", "")) in NAMES else ""
    cut = _cut(user, which, asked.get("at", ""))
    words = mentioned([run.pk for run in cut.rows])
    meant = proposals(user, cut.rows)
    return Page(
        rows=[_row(run, words.get(run.pk, []), meant[run.pk]) for run in cut.rows],
        tabs=[Tab(name, to(word), word == which) for word, name in NAMES.items()],
        which=which,
        opening=_opening(cut.rows),
        here=to(which, asked.get("at", "")),
        words="newest first",
        first_url=to(which) if asked.get("at") else "",
        newer_url=to(which, _place(cut.rows[0], back=True)) if cut.newer and cut.rows else "",
        older_url=to(which, _place(cut.rows[-1], back=False)) if cut.older and cut.rows else "",
        may_not_tie=refused(user, "sprints.add_evidence", "Tying runs to tasks"),
        may_not_dismiss=refused(user, "sprints.add_dismissal", "Putting runs aside"),
    )


def _cut(user: Person, which: Which, at: str) -> keyset.Slice[Run]:
    held: Any = links.loose_runs(user)
    if which:
        keyed = Exists(Mention.objects.filter(run=OuterRef("pk"), kind="key"))
        held = held.filter(keyed if which == "keyed" else ~keyed)
    held = held.select_related("project").defer("parameters", "properties", "provenance", "gaps")
    place = keyset.decode(at, ORDER) if at else None
    return keyset.take(held, "started_at", place, descending=True, size=SIZE)


def _row(run: Run, words: list[tuple[str, str]], meant: list[Proposal]) -> Row:
    return Row(run, [value for kind, value in words if kind == "key"], meant)


def _opening(rows: list[Run]) -> str:
    if not rows:
        return ""
    return (
        "These runs belong to no task: their tags name none that is there. "
        "One press mends it; the tracker is left as it is."
    )


def to(which: str, at: str = "") -> str:
    words = {"names": which, "at": at}
    given = urlencode({word: value for word, value in words.items() if value})
    return reverse("inbox") + (f"?{given}" if given else "")


def _place(run: Run, *, back: bool) -> str:
    return keyset.encode(keyset.Place(run.started_at, run.pk, back), ORDER)


def key_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
