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
NULLABLE = {"code__commit"}
LINKED = ("sprint", "task", "tag")
FORCED: dict[str, Kind] = {"param:": "parameter", "metric:": "metric"}
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
        if self.kind == "own":
            return self.asked.lower()
        return f"{self.name} {self.figure}" if self.kind == "metric" else self.name

    @property
    def address(self) -> str:
        """A name that means this column and no other, whatever else is called so."""
        if self.kind == "metric":
            return f"metric:{self.name}.{self.figure}" if self._is_taken else self._plain
        if self.kind == "parameter":
            return f"param:{self.name}" if self._is_taken else self.name
        return self.asked.lower()

    @property
    def _plain(self) -> str:
        return f"{self.name}.{self.figure}"

    @property
    def _is_taken(self) -> bool:
        """Its plain name reads as a run's own field, or as a forced kind."""
        plain = self._plain if self.kind == "metric" else self.name
        return plain.lower() in {*OWN, *LINKED} or plain.startswith(tuple(FORCED))

    def same_as(self, other: "Field | None") -> bool:
        """The same column, however each was asked for."""
        if other is None:
            return False
        return (self.kind, self.name, self.figure) == (other.kind, other.name, other.figure)


def spelled(field: Field, texts: Sequence[str]) -> list[str]:
    """Values as our own columns write them: states are in lower case."""
    return [text.lower() for text in texts] if field.name == "state" else list(texts)


@dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart: `whole` as it stands, `plain` without its figure."""

    whole: str
    plain: str
    figure: str
    forced: str


def resolve(asked: Iterable[str], sources: Sequence[UUID]) -> dict[str, Field]:
    """The meaning of each name: one query, whatever their number.

    `param:` and `metric:` in front force the kind where a name is both.
    Raises Misread for a name that no run has, with the nearest ones.
    """
    fields: dict[str, Field] = {}
    unsettled: dict[str, Parts] = {}
    for name in asked:
        if (own := _own(name)) is not None:
            fields[name] = own
        else:
            unsettled[name] = _parts(name)
    if not unsettled:
        return fields
    held = _held({name for one in unsettled.values() for name in (one.whole, one.plain)}, sources)
    for name, parts in unsettled.items():
        fields[name] = _named(name, parts, held, sources)
    return fields


def _own(name: str) -> Field | None:
    lowered = name.lower()
    if lowered in OWN:
        return Field(name, "own", OWN[lowered])
    if lowered in LINKED:
        return Field(name, lowered, lowered)  # type: ignore[arg-type]
    return None


def _parts(name: str) -> Parts:
    prefix = next((one for one in FORCED if name.startswith(one)), "")
    whole = name.removeprefix(prefix)
    found = FIGURE.match(whole)
    plain, figure = (found["name"], found["figure"]) if found else (whole, "")
    return Parts(whole, plain, figure, FORCED.get(prefix, ""))


def _held(names: set[str], sources: Sequence[UUID]) -> set[tuple[str, str]]:
    if any("\x00" in name for name in names):
        raise Misread("A name holds a NUL character.")
    rows = Column.objects.filter(source__in=sources, name__in=names)
    return set(rows.values_list("kind", "name"))


def _named(asked: str, parts: Parts, held: set[tuple[str, str]], sources: Sequence[UUID]) -> Field:
    """A figure is read off first: a metric that is called grad.max itself is
    meant by grad.max only when no metric is called grad."""
    if parts.forced != "metric" and ("parameter", parts.whole) in held:
        return Field(asked, "parameter", parts.whole)
    if parts.forced != "parameter":
        if ("metric", parts.plain) in held:
            return Field(asked, "metric", parts.plain, parts.figure or "last")
        if ("metric", parts.whole) in held:
            return Field(asked, "metric", parts.whole, "last")
    raise Misread(_unknown(parts.plain, sources))


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
