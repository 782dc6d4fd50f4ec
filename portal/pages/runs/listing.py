"""The runs table as its page shows it: addresses, heads, cells in words."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.pages.asking import word, words
from portal.pages.runs import rows
from sources.among import among
from sources.models import Person, visible_sources
from sprints.links import Link, keys_of, tasks_of
from sprints.models import Task, TaskKey
from tracking.models import Metric
from tracking.pictures import sparkline
from tracking.runs import fields, table
from tracking.runs.fields import Field
from tracking.runs.language import written
from tracking.sparks import sparks

CSV_PAGE = 1_000
OWN_HEADS = ("run", "name", "state", "owner", "project", "started", "tasks", "sprints")
SUGGESTED = 40


@dataclass(frozen=True, slots=True)
class Head:
    """One head cell. `sorted` is up, down or empty; `url` sorts by it."""

    name: str
    num: bool
    url: str
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """`tasks` are those it belongs to, by its words or by hand; `lost` are keys that it
    names and that no task has."""

    row: table.Row
    url: str
    cells: list["Cell"]
    spark: SafeString
    tasks: list[str]
    lost: list[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """`form` says how it is shown: number (measured), set (a parameter's), time, span or
    text."""

    value: Any
    form: str


@dataclass(frozen=True, slots=True)
class Page:
    table: table.Table
    heads: list[Head]
    lines: list[Line]
    spark_name: str
    body: SafeString
    words: str
    first_url: str
    newer_url: str
    older_url: str
    csv_url: str
    clear_url: str


OWN_FORMS = dict.fromkeys(fields.TIMES, "time") | {"seconds": "span"}
RIGHT = ("number", "set", "span")


class Address:
    """This page's address with some words changed: filter and columns stay."""

    def __init__(self, asked: QueryDict) -> None:
        self.query = word(asked, "q")
        self.columns = words(asked, "col")
        self.place = word(asked, "at")

    def to(self, *, query: str | None = None, place: str = "", name: str = "runs") -> str:
        words = [("q", self.query if query is None else query)]
        words += [("col", column) for column in self.columns]
        words += [("at", place)]
        given = urlencode([(word, value) for word, value in words if value])
        return reverse(name) + (f"?{given}" if given else "")


def read(user: Person, asked: QueryDict) -> Page:
    address = Address(asked)
    found = table.read(
        user,
        query=address.query,
        columns=address.columns,
        place=address.place,
        aliases=keys_of,
    )
    drawn, spark_name = _sparks([row.key for row in found.rows])
    forms = [_form(column, number, found.rows) for number, column in enumerate(found.columns)]
    links = tasks_of(user, [row.key for row in found.rows])
    known = _known(user, found.rows)
    lines = [_line(row, forms, drawn, links[row.key], known) for row in found.rows]
    return Page(
        table=found,
        heads=[
            _head(column, address, found, num=form in RIGHT)
            for column, form in zip(found.columns, forms, strict=True)
        ],
        lines=lines,
        spark_name=spark_name,
        body=rows.body(lines, sparks=bool(spark_name)),
        words=_words(found),
        first_url=address.to() if address.place else "",
        newer_url=address.to(place=found.newer) if found.newer else "",
        older_url=address.to(place=found.older) if found.older else "",
        csv_url=address.to(name="runs_csv"),
        clear_url=reverse("runs"),
    )


def _form(column: Field, number: int, rows: Sequence[table.Row]) -> str:
    if column.kind == "metric":
        return "number"
    if column.kind == "own":
        return OWN_FORMS.get(column.name, "text")
    kinds = {type(row.cells[number]) for row in rows if row.cells[number] is not None}
    if not kinds or not kinds <= {int, float}:
        return "text"
    return "set"


def _known(user: Person, rows: Sequence[table.Row]) -> set[str]:
    """Of the keys that these runs name, those that a visible task has or had."""
    named = {name for row in rows for name in row.tasks}
    held = TaskKey.objects.filter(name__in=named, task__in=Task.objects.visible_to(user))
    return set(held.values_list("name", flat=True))


def _line(
    row: table.Row,
    forms: list[str],
    drawn: dict[UUID, SafeString],
    links: list[Link],
    known: set[str],
) -> Line:
    return Line(
        row=row,
        url=reverse("run", args=[row.key]),
        cells=[_cell(value, form) for value, form in zip(row.cells, forms, strict=True)],
        spark=drawn.get(row.key, SafeString("")),
        tasks=[link.task.name for link in links],
        lost=[name for name in row.tasks if name not in known],
    )


def _cell(value: Any, form: str) -> Cell:
    if isinstance(value, bool):
        return Cell("yes" if value else "no", "text")
    if form == "set" and isinstance(value, float):
        return Cell(f"{value:.6g}", form)
    return Cell("" if value is None and form == "text" else value, form)


def _head(column: Field, address: Address, found: table.Table, *, num: bool) -> Head:
    now = column.same_as(found.ordered)
    direction = ("down" if found.descending else "up") if now else ""
    way = "asc" if direction == "down" else "desc"
    order = f"{found.filter} order by {written(column.address)} {way}".strip()
    sortable = column.kind not in fields.LINKED
    return Head(column.title, num, address.to(query=order) if sortable else "", direction)


def _words(found: table.Table) -> str:
    if found.problem:
        return ""
    total = f"more than {found.counted:,}" if found.total is None else f"{found.total:,}"
    shown = f"{total} run{'' if found.total == 1 else 's'}"
    return f"{shown}. {found.left_out}".strip() if found.left_out else shown


def _sparks(keys: list[UUID]) -> tuple[dict[UUID, SafeString], str]:
    """A small picture a row, of the loss that most of these runs have."""
    names = Metric.objects.filter(among("run", keys), name__icontains="loss", points__gt=1)
    counted: dict[str, int] = {}
    for name in names.values_list("name", flat=True):
        counted[name] = counted.get(name, 0) + 1
    if not counted:
        return {}, ""
    best = max(counted, key=lambda name: (counted[name], "train" in name, name))
    return {run: sparkline(values, name=best) for run, values in sparks(keys, best).items()}, best


# ── CSV ──────────────────────────────────────────────────────────────────────


class _Echo:
    def write(self, text: str) -> str:
        return text


@dataclass(frozen=True, slots=True)
class Export:
    """`lines` are empty when the filter cannot be read."""

    problem: str
    lines: Iterator[str]


def export(user: Person, asked: QueryDict) -> Export:
    """The whole answer, page by page: memory stays flat. The first page settles
    default columns for all the others."""
    address = Address(asked)
    first = _csv_page(user, address, "")
    if first.problem:
        return Export(first.problem, iter(()))
    address.columns = [column.address for column in first.columns]
    return Export("", _csv_lines(user, address, first))


def _csv_page(user: Person, address: Address, place: str) -> table.Table:
    return table.read(
        user,
        query=address.query,
        columns=address.columns,
        place=place,
        size=CSV_PAGE,
        aliases=keys_of,
    )


def _csv_lines(user: Person, address: Address, first: table.Table) -> Iterator[str]:
    writer, page = csv.writer(_Echo()), first
    yield writer.writerow([*OWN_HEADS, *(harmless(column.title) for column in first.columns)])
    while True:
        for row in page.rows:
            yield writer.writerow([harmless(value) for value in _flat(row)])
        if not page.older:
            return
        page = _csv_page(user, address, page.older)


def _flat(row: table.Row) -> list[Any]:
    started = row.started_at.isoformat() if row.started_at else ""
    own = [row.handle, row.name, row.state, row.owner, row.project, started]
    return [*own, " ".join(row.tasks), " ".join(map(str, row.sprints)), *row.cells]


def harmless(value: Any) -> Any:
    """A spreadsheet runs a text that begins like a formula; a quote stops it."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value


@dataclass(frozen=True, slots=True)
class Suggested:
    """A column that can be chosen; of a metric its `figures`: name and address."""

    kind: str
    name: str
    address: str
    figures: list[tuple[str, str]]


def suggested(user: Person, text: str) -> list[Suggested]:
    """A run's own fields first, then what some run has: one query."""
    own = [name for name in (*fields.OWN, *fields.LINKED) if text.lower() in name]
    held = fields.suggestions(text, visible_sources(user), limit=SUGGESTED)
    return [
        *(Suggested("of every run", name, name, []) for name in own),
        *(_suggested(kind, name) for kind, name in held),
    ]


def _suggested(kind: str, name: str) -> Suggested:
    if kind != "metric":
        return Suggested(kind, name, Field(name, "parameter", name).address, [])
    figures = [(one, Field(name, "metric", name, one).address) for one in fields.FIGURES]
    return Suggested(kind, name, figures[0][1], figures)
