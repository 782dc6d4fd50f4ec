"""The runs table: query, sort, window, and the search for columns."""

import re
from typing import Any

from demo.neptune import nql
from demo.neptune.asking import Ask, Refusal
from demo.neptune.fields import Container
from demo.neptune.properties import attribute, float_series

WINDOW = 10_000


def entries(ask: Ask) -> dict[str, Any]:
    """One page. As in the original nothing lies beyond the 10,000th row."""
    wanted = ask.body
    limit, offset = wanted["pagination"]["limit"], wanted["pagination"]["offset"]
    if limit + offset > WINDOW:
        raise Refusal(400, f"Offset and limit reach beyond {WINDOW}")
    rows = of_types(ask)
    matching = matched(rows, wanted.get("query", {}).get("query", ""))
    if limit and wanted.get("sorting"):
        matching = ordered(matching, wanted["sorting"])
    columns = {one["path"] for one in wanted.get("attributeFilters", ())}
    page = matching[offset : offset + min(limit, ask.server.rows_a_page)]
    return {
        "entries": [told(container, columns) for container in page],
        "matchingItemCount": len(matching),
        "totalItemCount": len(rows),
    }


def of_types(ask: Ask) -> list[Container]:
    kinds = set(ask.lists.get("type") or ("run",))
    project = ask.project(ask.query["projectIdentifier"])
    rows = [row for row in ask.store.of_project(project) if row.kind in kinds]
    ask.store.settle(*rows)
    return rows


def matched(rows: list[Container], query: str) -> list[Container]:
    try:
        test = nql.compiled(query)
        return [row for row in rows if test(row)]
    except (nql.SyntaxProblem, TypeError, re.error) as error:
        raise Refusal(400, "Syntax error", error_type="NQL_SYNTAX") from error


def ordered(rows: list[Container], sorting: dict[str, Any]) -> list[Container]:
    """Rows without the field come last, whichever the direction."""
    path = sorting["sortBy"]["name"]
    keyed = [(sort_value(row, path), row) for row in rows]
    there = [pair for pair in keyed if pair[0] is not None]
    there.sort(key=lambda pair: pair[0], reverse=sorting["dir"] == "descending")
    return [row for _, row in there] + [row for value, row in keyed if value is None]


def sort_value(row: Container, path: str) -> Any:
    field = row.fields.get(path)
    if field is None:
        return None
    return float_series(field).get("last") if field.type == "floatSeries" else field.value


def told(container: Container, columns: set[str]) -> dict[str, Any]:
    shown = [
        attribute(path, field)
        for path, field in container.fields.items()
        if not columns or path in columns
    ]
    return {"experimentId": container.id, "type": container.kind, "attributes": shown}


def columns(ask: Ask) -> dict[str, Any]:
    """The fields whose path matches, which `search` may say as a pattern."""
    pattern = re.compile(ask.query.get("search") or "")
    found = {
        (path, field.type)
        for row in of_types(ask)
        for path, field in row.fields.items()
        if pattern.search(path)
    }
    return {"entries": [{"name": path, "type": kind} for path, kind in sorted(found)]}


ANSWERS = {"searchLeaderboardEntries": entries, "searchLeaderboardAttributes": columns}
