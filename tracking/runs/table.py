"""The runs table as a page reads it: a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q
from django.db.models.fields.json import KeyTransform

from sources.models import Person, visible_sources
from tracking.models import Mention, Metric, Run
from tracking.runs import fields as known
from tracking.runs import keyset
from tracking.runs.conditions import Aliases, condition
from tracking.runs.fields import Field
from tracking.runs.language import Asked, Misread, parse

SIZE = 100
COUNTED = 10_000  # past this a count costs more than it tells
MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `cells` are the chosen columns' values, in their order; None
    where the run has none."""

    key: UUID
    handle: str
    name: str
    state: str
    owner: str
    project: str
    started_at: datetime | None
    partial: bool
    tasks: list[str]
    sprints: list[int]
    cells: list[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A page of runs. `total` is None past COUNTED; `problem` says in words why
    a filter could not be read, and then there are no rows."""

    query: str
    columns: list[Field]
    rows: list[Row]
    total: int | None
    newer: str
    older: str
    order: str
    descending: bool
    problem: str = ""
    left_out: str = field(default="")


def same(names: list[str]) -> list[str]:
    return names


def read(
    user: Person,
    *,
    query: str = "",
    columns: Sequence[str] = (),
    place: str = "",
    size: int = SIZE,
    aliases: Aliases = same,
) -> Table:
    """The page at `place` of the runs that `query` asks for.

    `aliases` gives every key that a task has had: the floor above knows them.
    """
    sources = visible_sources(user)
    try:
        asked = parse(query)
        chosen = _chosen(columns, sources)
        named = known.resolve(asked.fields(), sources)
        rows = matching(user, asked, named, aliases)
    except Misread as problem:
        return Table(query, [], [], 0, "", "", "", descending=True, problem=str(problem))
    rows, column = sorted_by(rows, named.get(asked.order))
    page = keyset.take(
        _narrow(rows, chosen),
        column,
        keyset.decode(place) if place else None,
        descending=asked.descending,
        size=size,
    )
    return Table(
        query=query,
        columns=chosen,
        rows=_rows(page.rows, chosen),
        total=_count(rows),
        newer=_place(page.rows[:1], column, back=True) if page.newer else "",
        older=_place(page.rows[-1:], column, back=False) if page.older else "",
        order=asked.order,
        descending=asked.descending,
        left_out=_left_out(named.get(asked.order)),
    )


def matching(user: Person, asked: Asked, named: dict[str, Field], aliases: Aliases = same) -> Any:
    """The runs that a query asks for, unsorted; trashed ones only when named."""
    rows = Run.objects.visible_to(user)
    if "trashed" not in {name.lower() for name in named}:
        rows = rows.filter(trashed=False)
    return rows.filter(condition(asked.where, named, aliases)) if asked.where else rows


def sorted_by(rows: Any, order: Field | None) -> tuple[Any, str]:
    """The rows with the column to sort by. A metric's index is walked, so runs
    without that metric are left out, and the page says so."""
    if order is None:
        return rows, "started_at"
    if order.kind == "metric":
        metric = FilteredRelation("metrics", condition=Q(metrics__name=order.name))
        rows = rows.alias(ordering=metric).annotate(sort_value=F(f"ordering__{order.figure}"))
        return rows.filter(**{f"ordering__{order.figure}__isnull": False}), "sort_value"
    if order.kind == "parameter":
        return rows.annotate(sort_value=KeyTransform(order.name, "parameters")), "sort_value"
    if order.kind == "own":
        return rows.annotate(sort_value=F(order.name)), (
            order.name if "__" not in order.name else "sort_value"
        )
    raise Misread(f"Runs cannot be put in order of “{order.asked}”.")


def _left_out(order: Field | None) -> str:
    if order is None or order.kind != "metric":
        return ""
    return f"Runs without {order.name} are left out of this order."


def _chosen(columns: Sequence[str], sources: list[UUID]) -> list[Field]:
    if len(columns) > MOST_COLUMNS:
        raise Misread(f"At most {MOST_COLUMNS} columns can be shown.")
    found = known.resolve(columns, sources)
    return [found[name] for name in columns]


HEAVY = ("parameters", "properties", "gaps", "provenance", "description", "digest")


def _narrow(rows: Any, chosen: list[Field]) -> Any:
    return rows.annotate(**_parameters(chosen)).select_related("project").defer(*HEAVY)


def _parameters(chosen: Iterable[Field]) -> dict[str, KeyTransform]:
    """Only the shown parameters travel; a run may have thousands."""
    return {
        f"shown_{number}": KeyTransform(column.name, "parameters")
        for number, column in enumerate(chosen)
        if column.kind == "parameter"
    }


def _count(rows: Any) -> int | None:
    counted = rows.order_by()[: COUNTED + 1].values("pk")
    total = counted.count()
    return total if total <= COUNTED else None


def _place(edge: list[Any], column: str, *, back: bool) -> str:
    if not edge:
        return ""
    return keyset.encode(keyset.Place(getattr(edge[0], column), edge[0].pk, back))


def _rows(runs: list[Any], chosen: list[Field]) -> list[Row]:
    keys = [run.pk for run in runs]
    metrics = _metrics(keys, chosen)
    mentions = mentioned(keys)
    return [
        Row(
            key=run.pk,
            handle=run.handle,
            name=run.name or run.handle,
            state=run.state,
            owner=run.owner,
            project=run.project.name,
            started_at=run.started_at,
            partial=run.partial,
            tasks=[value for kind, value in mentions.get(run.pk, []) if kind == "key"],
            sprints=[
                int(value.split()[-1])
                for kind, value in mentions.get(run.pk, [])
                if kind == "sprint"
            ],
            cells=[_cell(run, number, one, metrics) for number, one in enumerate(chosen)],
        )
        for run in runs
    ]


def _metrics(keys: list[UUID], chosen: list[Field]) -> dict[tuple[UUID, str], Metric]:
    names = {column.name for column in chosen if column.kind == "metric"}
    if not names:
        return {}
    held = Metric.objects.filter(run__in=keys, name__in=names)
    return {(one.run_id, one.name): one for one in held}


def mentioned(keys: Iterable[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """What each run's words name, (kind, value), keys and sprints only: one query."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    rows = Mention.objects.filter(run__in=list(keys), kind__in=("key", "sprint"))
    for run, kind, value in rows.order_by("id").values_list("run", "kind", "value"):
        found.setdefault(run, []).append((kind, value))
    return found


def _cell(run: Any, number: int, column: Field, metrics: dict[tuple[UUID, str], Metric]) -> Any:
    if column.kind == "parameter":
        return getattr(run, f"shown_{number}")
    if column.kind == "metric":
        held = metrics.get((run.pk, column.name))
        return getattr(held, column.figure) if held else None
    if column.kind == "tag":
        return ", ".join(run.tags)
    value: Any = run
    for step in column.name.split("__"):
        value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
    return value
