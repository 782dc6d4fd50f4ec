"""The runs table as its page shows it: addresses, heads, cells in words."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.pages.asking import word, words
from portal.pages.runs import rows
from sources.models import Person, visible_sources
from sprints.belonging import Belonging
from tracking.pictures import sparkline
from tracking.runs import defaults, fields, table
from tracking.runs.fields import Field
from tracking.runs.language import written
from tracking.runs.lines import Row
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
class Page:
    table: table.Table
    heads: list[Head]
    spark_name: str
    body: SafeString
    words: str
    first_url: str
    newer_url: str
    older_url: str
    csv_url: str
    save_url: str
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
        tasks=Belonging(user),
    )
    keys = [row.key for row in found.rows]
    spark_name = _most_drawn(defaults.drawn(keys) if found.series is None else found.series)
    drawn = _sparks(keys, spark_name) if spark_name else None
    forms = [_form(column, number, found.rows) for number, column in enumerate(found.columns)]
    return Page(
        table=found,
        heads=[
            _head(column, address, found, num=form in RIGHT)
            for column, form in zip(found.columns, forms, strict=True)
        ],
        spark_name=spark_name,
        body=rows.body(found.rows, forms, drawn),
        words=_words(found),
        first_url=address.to() if address.place else "",
        newer_url=address.to(place=found.newer) if found.newer else "",
        older_url=address.to(place=found.older) if found.older else "",
        csv_url=address.to(name="runs_csv"),
        save_url=address.to(name="view_add") if address.query or address.columns else "",
        clear_url=reverse("runs"),
    )


def _form(column: Field, number: int, rows: Sequence[Row]) -> str:
    if column.kind == "metric":
        return "number"
    if column.kind == "own":
        return OWN_FORMS.get(column.name, "text")
    kinds = {type(row.cells[number]) for row in rows if row.cells[number] is not None}
    if not kinds or not kinds <= {int, float}:
        return "text"
    return "set"


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


def _most_drawn(series: Mapping[str, int]) -> str:
    """The loss that most of these runs have a picture of; empty where none has any."""
    losses = [name for name, runs in series.items() if runs and "loss" in name.lower()]
    return max(losses, key=lambda name: (series[name], "train" in name, name), default="")


def _sparks(keys: Sequence[UUID], name: str) -> dict[UUID, SafeString]:
    return {run: sparkline(values, name=name) for run, values in sparks(keys, name).items()}


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
        tasks=Belonging(user),
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


def _flat(row: Row) -> list[Any]:
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
