"""Times in a filter: a day, a moment as precise as it is written, or -7d."""

import operator
import re
from datetime import date, datetime, time, timedelta
from functools import reduce

from django.db.models import Q
from django.utils import timezone

from tracking.runs.fields import Field
from tracking.runs.language import Compare, Misread

AGO = re.compile(r"-(?P<count>[0-9]{1,5})(?P<unit>[mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MINUTE = re.compile(r".*[T ][0-9]{2}:?[0-9]{2}(?:Z|[+-][0-9:]+)?")


def condition(node: Compare, field: Field) -> Q:
    """A day, a minute or a second is a span: `=` is within it, `>` after its end."""
    spans = [_span(value.text, field) for value in node.values]
    if node.sign == "=":
        return reduce(operator.or_, (_within(field, start, end) for start, end in spans))
    start, end = spans[0]
    edges = {"<": ("lt", start), ">=": ("gte", start), "<=": ("lt", end), ">": ("gte", end)}
    if node.sign not in edges:
        raise Misread(f"“{field.asked}” is a time: compare it with <, >, <=, >=, = or !=.")
    lookup, edge = edges[node.sign]
    return Q(**{f"{field.name}__{lookup}": edge})


def _within(field: Field, start: datetime, end: datetime) -> Q:
    return Q(**{f"{field.name}__gte": start, f"{field.name}__lt": end})


def _span(text: str, field: Field) -> tuple[datetime, datetime]:
    """First moment, and the first moment after. In the viewer's zone, unless
    the text names another."""
    try:
        if ago := AGO.fullmatch(text):
            moment = timezone.now() - timedelta(**{UNITS[ago["unit"]]: int(ago["count"])})
            return moment, moment
        return _day(text) or _moment(text)
    except (ValueError, OverflowError):
        raise Misread(
            f"“{field.asked}” is a time such as 2026-11-24, 2026-11-24T09:05 or -7d; "
            f"found “{text}”."
        ) from None


def _day(text: str) -> tuple[datetime, datetime] | None:
    if len(text) != len("2026-11-24"):
        return None
    zone = timezone.get_current_timezone()
    first, following = date.fromisoformat(text), date.fromisoformat(text) + timedelta(days=1)
    return datetime.combine(first, time(), zone), datetime.combine(following, time(), zone)


def _moment(text: str) -> tuple[datetime, datetime]:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.get_current_timezone())
    step = timedelta(minutes=1) if MINUTE.fullmatch(text) else timedelta(seconds=1)
    return moment, moment + step
