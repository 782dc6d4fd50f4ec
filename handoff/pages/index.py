"""The list of records, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from handoff import listing
from handoff.listing import Asked
from handoff.models import Record
from sources.models import Person

STATES = (("", "Any state"), ("sealed", "Sealed"), ("draft", "Drafts"))


@dataclass(frozen=True, slots=True)
class Line:
    record: Record
    url: str
    state: str
    task_url: str
    run_url: str
    handle: str
    by: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Page:
    asked: Asked
    lines: Sequence[Line]
    opening: str
    states: Sequence[tuple[str, str]]
    first_url: str
    older_url: str
    clear_url: str
    runs_url: str


def read(user: Person, asked: QueryDict) -> Page:
    wanted = Asked(
        words=asked.get("q", "").strip(),
        model=asked.get("model", "").strip(),
        task=asked.get("task", "").strip(),
        state=asked.get("state", "") if asked.get("state") in listing.STATES else "",
        place=asked.get("at", ""),
    )
    found = listing.read(user, wanted)
    return Page(
        asked=wanted,
        lines=[_line(one) for one in found.lines],
        opening=_opening(wanted),
        states=STATES,
        first_url=_url(wanted, "") if wanted.place else "",
        older_url=_url(wanted, found.older) if found.older else "",
        clear_url=reverse("records"),
        runs_url=reverse("runs"),
    )


def _line(one: listing.Line) -> Line:
    record = one.record
    return Line(
        record=record,
        url=reverse("record", args=[record.pk]),
        state=_state(one),
        task_url=f"/t/{record.task_name}/",
        run_url=reverse("run", args=[record.run]),
        handle=one.handle,
        by=name_of(record.sealed_by or record.created_by),
        size=one.size,
    )


def _state(one: listing.Line) -> str:
    if one.damaged:
        return "damaged"
    return "sealed" if one.record.sealed else "draft"


def name_of(person: Person) -> str:
    full = getattr(person, "get_full_name", str)()
    return str(full or person.get_username())


def _opening(asked: Asked) -> str:
    of = f" of {asked.task.upper()}" if asked.task else ""
    line = f" of {asked.model}" if asked.model else ""
    if of or line:
        return f"Records{line}{of}."
    return "What left the team with its proof, and what is being made ready to leave."


def _url(asked: Asked, place: str) -> str:
    words = [
        ("q", asked.words),
        ("model", asked.model),
        ("task", asked.task),
        ("state", asked.state),
        ("at", place),
    ]
    given = urlencode([(word, value) for word, value in words if value])
    return reverse("records") + (f"?{given}" if given else "")
