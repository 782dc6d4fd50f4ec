"""The body of the runs table as HTML, written here and not in a template: a page has
thousands of cells, and tags cost more for a cell than the database does for a run."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from portal.templatetags import parts, shown

NAME, CELL, TITLE = 40, 80, 400  # characters that are shown
TICK = (
    '<td class="tick"><label><input type="checkbox" name="runs" value="{}"'
    ' aria-label="Tick {}"></label></td>'
)
NAMED = '<th scope="row"><a href="{}">{}</a> <span class="quiet mono small">{}</span></th>'
PARTIAL = ' <span class="chip warn">partial</span>'
FORMS = {
    "number": ("num", shown.metric),
    "set": ("num", lambda value: "" if value is None else escape(str(value))),
    "span": ("num", shown.duration),
    "time": ("", shown.when),
}


def body(lines: Iterable[Any], *, sparks: bool) -> SafeString:
    """The table's rows; `lines` are those of the listing."""
    return mark_safe("\n".join(_row(line, sparks=sparks) for line in lines))  # noqa: S308 -- escaped below


def _row(line: Any, *, sparks: bool) -> str:
    run = line.row
    partial = PARTIAL if run.partial else ""
    cells = [
        TICK.format(run.key, handle := escape(run.handle)),
        NAMED.format(escape(line.url), escape(_short(run.name, NAME)), handle),
        _cell("", " ".join([*map(_task, line.tasks), *map(_lost, line.lost)])),
        _cell("num", " ".join(map(str, run.sprints))),
        _cell("", _state(run.state) + partial),
        *(_value(cell.value, cell.form) for cell in line.cells),
        *([_cell("", line.spark)] if sparks else []),
        _cell("", shown.when(run.started_at)),
        _cell("", escape(run.owner)),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(style: str, inner: str) -> str:
    return f'<td class="{style}">{inner}</td>' if style else f"<td>{inner}</td>"


def _value(value: Any, form: str) -> str:
    if form in FORMS:
        style, drawn = FORMS[form]
        return _cell(style, drawn(value))
    text = str(value)
    title = escape(_short(text, TITLE))
    return f'<td class="mono cut" title="{title}">{escape(_short(text, CELL))}</td>'


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
