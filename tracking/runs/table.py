"""The runs table as a page reads it: a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Func

from sources.among import among
from sources.models import Person, visible_sources
from tracking.models import Mention, Metric
from tracking.runs import defaults, keyset
from tracking.runs import fields as known
from tracking.runs.conditions import Aliases
from tracking.runs.fields import Field
from tracking.runs.finding import found
from tracking.runs.language import Misread, parse
from tracking.runs.values import value_of

SIZE = 100
COUNTED = 10_000  # past this a count costs more than it tells
READ = 500  # the same, where each run's parameters must be read to count it
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
    """A page of runs. `total` is None past `counted`; `problem` says in words why
    a filter could not be read, and then there are no rows. `filter` is the query
    without its order, `ordered` the column of the order. `by_default`: nobody
    chose the columns."""

    query: str
    columns: list[Field] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    total: int | None = 0
    counted: int = COUNTED
    newer: str = ""
    older: str = ""
    filter: str = ""
    ordered: Field | None = None
    descending: bool = True
    problem: str = ""
    left_out: str = ""
    by_default: bool = False


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
    """The page at `place` of the runs that `query` asks for, with the chosen
    columns, or with those that tell these runs apart.

    `aliases` gives every key that a task has had: the floor above knows them.
    """
    sources = visible_sources(user)
    try:
        asked = parse(query)
        named = known.resolve([*asked.fields(), *columns], sources)
        chosen = _chosen(columns, named)
        order = named.get(asked.order)
        rows, column = found(user, asked, named, order, aliases)
    except Misread as problem:
        return Table(query, problem=str(problem))
    mark = _mark(order, descending=asked.descending)
    page = keyset.take(
        _narrow(rows, chosen, order),
        column,
        keyset.decode(place, mark) if place else None,
        descending=asked.descending,
        size=size,
    )
    counted = READ if any(named[name].kind == "parameter" for name in asked.fields()) else COUNTED
    shown, parameters = chosen, None
    if not chosen:
        shown, parameters = _by_default([run.pk for run in page.rows], order)
    whole = not page.newer and not page.older
    return Table(
        query=query,
        columns=shown,
        rows=_rows(page.rows, shown, parameters),
        total=len(page.rows) if whole else _count(rows, counted),
        counted=counted,
        newer=_place(page.rows[:1], column, mark, back=True) if page.newer else "",
        older=_place(page.rows[-1:], column, mark, back=False) if page.older else "",
        filter=asked.filter,
        ordered=order,
        descending=asked.descending,
        left_out=_left_out(order),
        by_default=not chosen,
    )


def _left_out(order: Field | None) -> str:
    if order is None or order.kind != "metric":
        return ""
    return f"Runs without a number for {order.name} are left out of this order."


def _mark(order: Field | None, *, descending: bool) -> str:
    """What a page's token is for: it is no good for another order."""
    column = (order.kind, order.name, order.figure) if order else ()
    return f"runs {column} {descending}"


def _chosen(columns: Sequence[str], named: dict[str, Field]) -> list[Field]:
    if len(columns) > MOST_COLUMNS:
        raise Misread(f"At most {MOST_COLUMNS} columns can be shown.")
    chosen = [named[name] for name in dict.fromkeys(columns)]
    return list({(one.kind, one.name, one.figure): one for one in chosen}.values())


def _by_default(
    keys: list[UUID], order: Field | None
) -> tuple[list[Field], dict[UUID, dict[str, Any]]]:
    """What is sorted by comes first; and all parameters of these runs."""
    found = defaults.read(keys)
    if order is None or order.kind not in {"metric", "parameter"}:
        return found.columns, found.parameters
    others = (column for column in found.columns if not column.same_as(order))
    return [order, *others], found.parameters


# What a list of runs shows no part of, and what may be large.
HEAVY = ("parameters", "properties", "gaps", "provenance", "description", "digest")
LINE = ("handle", "name", "state", "owner", "started_at", "partial", "tags", "project__name")


def _narrow(rows: Any, chosen: Sequence[Field], order: Field | None) -> Any:
    """Only what is shown travels; a run may have thousands of parameters."""
    told = [*chosen, order] if order else chosen
    own = {one.name.removesuffix("__commit") for one in told if one.kind == "own"}
    joined = {"project"} | {"source" for name in own if name == "source__slug"}
    held = rows.annotate(**_shown(chosen)).select_related(*joined)
    return held.only(*LINE, *own)


def _shown(columns: Sequence[Field]) -> dict[str, Func]:
    return {
        f"shown_{number}": value_of(column.name)
        for number, column in enumerate(columns)
        if column.kind == "parameter"
    }


def _count(rows: Any, most: int) -> int | None:
    total = rows.order_by()[: most + 1].values("pk").count()
    return total if total <= most else None


def _place(edge: list[Any], column: str, mark: str, *, back: bool) -> str:
    if not edge:
        return ""
    return keyset.encode(keyset.Place(getattr(edge[0], column), edge[0].pk, back), mark)


def _rows(
    runs: list[Any], shown: list[Field], parameters: dict[UUID, dict[str, Any]] | None
) -> list[Row]:
    """`parameters`: those of each run, where the query of the rows brought none."""
    keys = [run.pk for run in runs]
    metrics = _metrics(keys, shown)
    mentions = mentioned(keys)
    return [
        _row(
            run,
            shown,
            metrics,
            None if parameters is None else parameters[run.pk],
            mentions.get(run.pk, []),
        )
        for run in runs
    ]


def _row(
    run: Any,
    columns: Sequence[Field],
    metrics: dict[tuple[UUID, str], Metric],
    parameters: dict[str, Any] | None,
    mentions: Sequence[tuple[str, str]],
) -> Row:
    tasks = [value for kind, value in mentions if kind == "key"]
    sprints = [int(value.split()[-1]) for kind, value in mentions if kind != "key"]
    linked = {"task": ", ".join(tasks), "sprint": ", ".join(map(str, sprints))}
    linked["tag"] = ", ".join(run.tags)
    cells = [
        linked.get(column.kind) or None
        if column.kind in linked
        else _cell(run, number, column, metrics, parameters)
        for number, column in enumerate(columns)
    ]
    return Row(
        key=run.pk,
        handle=run.handle,
        name=run.name or run.handle,
        state=run.state,
        owner=run.owner,
        project=run.project.name,
        started_at=run.started_at,
        partial=run.partial,
        tasks=tasks,
        sprints=sprints,
        cells=cells,
    )


def _metrics(keys: list[UUID], chosen: list[Field]) -> dict[tuple[UUID, str], Metric]:
    names = {column.name for column in chosen if column.kind == "metric"}
    if not names:
        return {}
    held = Metric.objects.filter(among("run", keys), name__in=names)
    held = held.only("run_id", "name", *known.FIGURES)
    return {(one.run_id, one.name): one for one in held}


def mentioned(keys: Iterable[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """What each run's words name, (kind, value), keys and sprints only: one query."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    rows = Mention.objects.filter(among("run", keys), kind__in=("key", "sprint"))
    for run, kind, value in rows.order_by("id").values_list("run", "kind", "value"):
        found.setdefault(run, []).append((kind, value))
    return found


def _cell(
    run: Any,
    number: int,
    column: Field,
    metrics: dict[tuple[UUID, str], Any],
    parameters: dict[str, Any] | None,
) -> Any:
    if column.kind == "parameter" and parameters is not None:
        return parameters.get(column.name)
    if column.kind == "parameter":
        return getattr(run, f"shown_{number}")
    if column.kind == "metric":
        held = metrics.get((run.pk, column.name))
        return getattr(held, column.figure) if held else None
    value: Any = run
    for step in column.name.split("__"):
        value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
    return value
