"""What a name in a filter or a column means."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tracking.models import Column
from tracking.runs.language import Misread

type Kind = Literal["own", "sprint", "task", "tag", "parameter", "metric"]
FIGURES = ("last", "min", "max")

# A run's own fields, by the names that people use.
OWN = {
    "name": "name",
    "run": "handle",
    "id": "handle",
    "state": "state",
    "owner": "owner",
    "project": "project__name",
    "source": "source__slug",
    "started": "started_at",
    "finished": "finished_at",
    "modified": "modified_at",
    "duration": "seconds",
    "commit": "code__commit",
    "trashed": "trashed",
    "partial": "partial",
}
TIMES = {"started_at", "finished_at", "modified_at"}
NUMBERS = {"seconds"}
FLAGS = {"trashed", "partial"}
LINKED = ("sprint", "task", "tag")
FIGURE = re.compile(r"^(?P<name>.+)\.(?P<figure>last|min|max)$")


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is the column or key it reads; `figure` is set for metrics."""

    asked: str
    kind: Kind
    name: str
    figure: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} {self.figure}" if self.kind == "metric" else self.name


def resolve(asked: Iterable[str], sources: Sequence[UUID]) -> dict[str, Field]:
    """The meaning of each name: one query, whatever their number.

    `param:` and `metric:` in front force the kind where a name is both.
    Raises Misread for a name that no run has, with the nearest ones.
    """
    fields: dict[str, Field] = {}
    open_names: dict[str, tuple[str, str, str]] = {}
    for name in asked:
        if (own := _own(name)) is not None:
            fields[name] = own
        else:
            open_names[name] = _parts(name)
    if not open_names:
        return fields
    held = _held({plain for plain, _, _ in open_names.values()} | set(open_names), sources)
    for name, (plain, figure, forced) in open_names.items():
        fields[name] = _named(name, plain, figure, forced, held, sources)
    return fields


def _own(name: str) -> Field | None:
    lowered = name.lower()
    if lowered in OWN:
        return Field(name, "own", OWN[lowered])
    if lowered in LINKED:
        return Field(name, lowered, lowered)  # type: ignore[arg-type]
    return None


def _parts(name: str) -> tuple[str, str, str]:
    """Plain name, figure, forced kind."""
    forced, rest = "", name
    for prefix, kind in (("param:", "parameter"), ("metric:", "metric")):
        if name.startswith(prefix):
            forced, rest = kind, name[len(prefix) :]
    found = FIGURE.match(rest)
    return (found["name"], found["figure"], forced) if found else (rest, "", forced)


def _held(names: set[str], sources: Sequence[UUID]) -> set[tuple[str, str]]:
    rows = Column.objects.filter(source__in=sources, name__in=names)
    return set(rows.values_list("kind", "name"))


def _named(
    asked: str,
    plain: str,
    figure: str,
    forced: str,
    held: set[tuple[str, str]],
    sources: Sequence[UUID],
) -> Field:
    whole = f"{plain}.{figure}" if figure else plain
    if forced != "metric" and ("parameter", whole) in held:
        return Field(asked, "parameter", whole)
    if forced != "parameter" and ("metric", plain) in held:
        return Field(asked, "metric", plain, figure or "last")
    raise Misread(_unknown(plain, sources))


def _unknown(name: str, sources: Sequence[UUID]) -> str:
    rows = Column.objects.filter(source__in=sources).values_list("name", flat=True)
    known = [*OWN, *LINKED, *rows[:5_000]]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"No run has “{name}”.{hint}"


def suggestions(text: str, sources: Sequence[UUID], *, limit: int = 30) -> list[tuple[str, str]]:
    """(kind, name) of columns whose name holds `text`: the column chooser's search."""
    rows = Column.objects.filter(source__in=sources, name__icontains=text)
    found = rows.order_by("kind", "name").values_list("kind", "name").distinct()
    return list(found[:limit])
