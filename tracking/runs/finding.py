"""The runs that a query asks for, and the column that puts them in order."""

from typing import Any

from django.db.models import F, FilteredRelation, Q

from sources.models import Person
from tracking.models import Run
from tracking.runs.conditions import condition
from tracking.runs.fields import Field
from tracking.runs.language import Asked, Misread
from tracking.runs.tasks import Tasks
from tracking.runs.values import value_of
from tracking.runs.walking import walk


def found(
    user: Person, asked: Asked, named: dict[str, Field], order: Field | None, tasks: Tasks
) -> tuple[Any, str]:
    """The runs that are asked for, unsorted, and the column to sort them by;
    trashed ones only when the query names that."""
    rows = Run.objects.visible_to(user)
    if "trashed" not in {name.lower() for name in named}:
        rows = rows.filter(trashed=False)
    walked = walk(asked.where, named, order)
    where = walked.rest if walked else asked.where
    rows = rows.filter(condition(where, named, tasks)) if where else rows
    return (walked.along(rows), "sort_value") if walked else sorted_by(rows, order)


def sorted_by(rows: Any, order: Field | None) -> tuple[Any, str]:
    """The rows with the column to sort by. A metric's index is walked, so runs
    without that metric, or with a NaN, are left out, and the page says so."""
    if order is None:
        return rows, "started_at"
    if order.kind == "metric":
        metric = FilteredRelation("metrics", condition=Q(metrics__name=order.name))
        # Filtered first: then one join serves the condition and the order.
        held = rows.alias(ordering=metric)
        held = held.filter(**{f"ordering__{order.figure}__lte": float("inf")})
        return held.annotate(sort_value=F(f"ordering__{order.figure}")), "sort_value"
    if order.kind == "parameter":
        return rows.annotate(sort_value=value_of(order.name)), "sort_value"
    if order.kind != "own":
        raise Misread(f"Runs cannot be put in order of “{order.asked}”.")
    if "__" not in order.name:
        return rows, order.name
    return rows.annotate(sort_value=F(order.name)), "sort_value"
