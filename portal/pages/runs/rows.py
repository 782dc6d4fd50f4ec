"""The body of the runs table as HTML, written here and not in a template: a page has
thousands of cells, and tags cost more for a cell than the database does for a run."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from portal.templatetags import parts, shown
from tracking.runs.lines import Row
from tracking.runs.tasks import Names

NOBODY = UUID(int=0)
NAME, CELL, TITLE = 40, 80, 400  # characters that are shown
NAMED = (
    '<td class="tick"><label><input type="checkbox" name="runs" value="{key}"'
    ' aria-label="Tick {handle}"></label></td>'
    '<th scope="row"><a href="{url}">{name}</a> <span class="quiet mono small">{handle}</span></th>'
)
PARTIAL = ' <span class="chip warn">partial</span>'
FORMS = {
    "number": ("num", shown.metric),
    "set": ("num", lambda value: "" if value is None else escape(_digits(value))),
    "span": ("num", shown.duration),
    "time": ("", shown.when),
}


def body(
    rows: Sequence[Row],
    forms: Sequence[str],
    sparks: Mapping[UUID, str] | None,
) -> SafeString:
    """The table's rows, made column by column. `forms` says how each chosen column is
    shown: number (measured), set (a parameter's), time, span or text; `sparks` is None
    where there is no such column."""
    columns = [
        _named(rows),
        [_cell("", _tasks(row.names)) for row in rows],
        [_cell("num", " ".join(map(str, row.sprints))) for row in rows],
        [_cell("", _state(row.state) + (PARTIAL if row.partial else "")) for row in rows],
        *([_value(row.cells[number], form) for row in rows] for number, form in enumerate(forms)),
        *([] if sparks is None else [[_cell("", sparks.get(row.key, "")) for row in rows]]),
        [_cell("", shown.when(row.started_at)) for row in rows],
        [_cell("", escape(row.owner)) for row in rows],
    ]
    lines = zip(*columns, strict=True)
    return SafeString("\n".join([f"<tr>{''.join(cells)}</tr>" for cells in lines]))


def _named(rows: Sequence[Row]) -> list[str]:
    """A box to tick, and a run's name, which leads to it. One address is asked for, and
    serves for all."""
    before, after = reverse("run", args=[NOBODY]).split(str(NOBODY))
    return [
        NAMED.format(
            key=row.key,
            handle=escape(row.handle),
            url=f"{before}{row.key}{after}",
            name=escape(_short(row.name, NAME)),
        )
        for row in rows
    ]


def _tasks(names: Names) -> str:
    return " ".join([*map(_task, names.tasks), *map(_lost, names.lost)])


def _cell(style: str, inner: str) -> str:
    return f'<td class="{style}">{inner}</td>' if style else f"<td>{inner}</td>"


def _value(value: Any, form: str) -> str:
    if isinstance(value, bool):
        value, form = "yes" if value else "no", "text"
    if form in FORMS:
        style, drawn = FORMS[form]
        return _cell(style, drawn(value))
    text = "" if value is None else str(value)
    title = escape(_short(text, TITLE))
    words = title if len(text) <= CELL else escape(_short(text, CELL))
    return f'<td class="mono cut" title="{title}">{words}</td>'


def _digits(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else Truncator(text).chars(most)


# Few different ones fill a page, and the same again the next.


@lru_cache(maxsize=512)
def _task(name: str) -> str:
    return render_to_string("parts/key.html", parts.key(name, reverse("task", args=[name])))


@lru_cache(maxsize=512)
def _lost(name: str) -> str:
    """A key that leads nowhere is no link."""
    return render_to_string("parts/key.html", parts.key(name, title="No task has this key."))


@lru_cache(maxsize=64)
def _state(name: str) -> str:
    return render_to_string("parts/chip.html", parts.state(name))
