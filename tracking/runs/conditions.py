"""A filter's tree as a condition on runs."""

import json
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import IContains
from django.utils import timezone

from tracking.models import Mention, Metric
from tracking.runs import fields as known
from tracking.runs.fields import Field
from tracking.runs.language import Both, Compare, Misread, Missing, Node, Not, Words

LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "~": "icontains"}
AGO = re.compile(r"^-(?P<count>\d{1,5})(?P<unit>[mhdw])$")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

# A key that moved: every key the same task has had, the asked one included.
type Aliases = Callable[[list[str]], list[str]]


def condition(node: Node, fields: Mapping[str, Field], aliases: Aliases) -> Q:
    match node:
        case Words(text=text):
            return Q(name__icontains=text) | Q(handle__iexact=text)
        case Not(of=inner):
            return ~condition(inner, fields, aliases)
        case Both(kind=kind, of=several):
            joined = operator.and_ if kind == "and" else operator.or_
            return reduce(joined, (condition(one, fields, aliases) for one in several))
        case Missing(field=name, missing=missing):
            return _missing(fields[name], missing=missing)
        case Compare():
            return _compared(node, fields[node.field], aliases)


def _missing(field: Field, *, missing: bool) -> Q:
    if field.kind == "own":
        empty = Q(**{f"{field.name}__isnull": True})
        if field.name in {"name", "owner", "handle"}:
            empty = Q(**{field.name: ""})
    elif field.kind == "tag":
        empty = Q(tags=[])
    elif field.kind == "parameter":
        empty = ~Q(parameters__has_key=field.name)
    elif field.kind == "metric":
        empty = ~Q(Exists(_metrics(field)))
    else:
        named = Mention.objects.filter(run=OuterRef("pk"), kind=_mention_kind(field))
        empty = ~Q(Exists(named))
    return empty if missing else ~empty


def _metrics(field: Field) -> Any:
    return Metric.objects.filter(run=OuterRef("pk"), name=field.name)


def _mention_kind(field: Field) -> str:
    return "key" if field.kind == "task" else "sprint"


def _compared(node: Compare, field: Field, aliases: Aliases) -> Q:
    if node.sign.startswith("!"):
        positive = Compare(node.field, node.sign[1:], node.values, quoted=node.quoted)
        return ~_compared(positive, field, aliases)
    if field.kind in {"task", "sprint"}:
        return _mentioned(node, field, aliases)
    made = {"own": _own, "parameter": _parameter, "metric": _metric, "tag": _tag}
    return made[field.kind](node, field)


def _mentioned(node: Compare, field: Field, aliases: Aliases) -> Q:
    if node.sign != "=":
        raise Misread(f"“{field.asked}” can be compared with =, != and in only.")
    if field.kind == "task":
        values = aliases([value.upper() for value in node.values])
    else:
        values = [_sprint(value) for value in node.values]
    held = Mention.objects.filter(kind=_mention_kind(field), value__in=values)
    return Q(pk__in=held.values("run"))


def _sprint(value: str) -> str:
    digits = re.search(r"\d+$", value)
    if not digits:
        raise Misread(f"A sprint is a number; found “{value}”.")
    return f"sprint {int(digits[0])}"


def _tag(node: Compare, _: Field) -> Q:
    if node.sign == "=":
        held = Mention.objects.filter(kind="tag", value__in=node.values)
        return Q(pk__in=held.values("run"))
    if node.sign == "~":
        words = Func(F("tags"), Value("\n"), function="array_to_string", output_field=TextField())
        return Q(IContains(words, node.values[0]))
    raise Misread("“tag” can be compared with =, !=, ~ and in only.")


def _own(node: Compare, field: Field) -> Q:
    if field.name in known.TIMES:
        return _time(node, field)
    if field.name in known.NUMBERS:
        lookup = LOOKUPS.get(node.sign, "in")
        numbers = [_number(value, field) for value in node.values]
        return Q(**{f"{field.name}__{lookup}": numbers if lookup == "in" else numbers[0]})
    if field.name in known.FLAGS:
        return Q(**{field.name: node.values[0].lower() in {"yes", "true", "1"}})
    if node.sign == "~":
        return Q(**{f"{field.name}__icontains": node.values[0]})
    if node.sign == "=":
        return Q(**{f"{field.name}__in": list(node.values)})
    raise Misread(f"“{field.asked}” can be compared with =, !=, ~ and in only.")


def _time(node: Compare, field: Field) -> Q:
    start, end = _span(node.values[0], field)
    if node.sign == "=":
        return Q(**{f"{field.name}__gte": start, f"{field.name}__lt": end})
    edge = start if node.sign in {"<", ">="} else end
    lookup = {"<": "lt", ">=": "gte", "<=": "lt", ">": "gte"}.get(node.sign)
    if lookup is None:
        raise Misread(f"“{field.asked}” is a time: compare it with <, >, <=, >= or =.")
    return Q(**{f"{field.name}__{lookup}": edge})


def _span(value: str, field: Field) -> tuple[datetime, datetime]:
    """A day as its first and last moment, in the viewer's zone; a moment as itself."""
    if ago := AGO.match(value):
        moment = timezone.now() - timedelta(**{UNITS[ago["unit"]]: int(ago["count"])})
        return moment, moment
    try:
        if len(value) == len("2026-11-24"):
            zone = timezone.get_current_timezone()
            first = datetime.combine(date.fromisoformat(value), time(), zone)
            return first, first + timedelta(days=1)
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Misread(
            f"“{field.asked}” is a time such as 2026-11-24, 2026-11-24T09:05 or -7d; "
            f"found “{value}”."
        ) from None
    return (moment, moment) if moment.tzinfo else (aware := moment.replace(tzinfo=UTC), aware)


def _number(value: str, field: Field) -> float:
    try:
        return float(value)
    except ValueError:
        raise Misread(f"“{field.asked}” is a number; found “{value}”.") from None


def _metric(node: Compare, field: Field) -> Q:
    lookup = LOOKUPS.get(node.sign, "in")
    if lookup == "icontains":
        raise Misread(f"“{field.asked}” is a number: compare it with <, >, =.")
    numbers = [_number(value, field) for value in node.values]
    given = {f"{field.figure}__{lookup}": numbers if lookup == "in" else numbers[0]}
    return Q(pk__in=Metric.objects.filter(name=field.name, **given).values("run"))


def _parameter(node: Compare, field: Field) -> Q:
    if node.sign == "=":
        candidates = [one for value in node.values for one in _meant(value, quoted=node.quoted)]
        return reduce(
            operator.or_, (Q(parameters__contains={field.name: one}) for one in candidates)
        )
    if node.sign == "~":
        return Q(IContains(KeyTextTransform(field.name, "parameters"), node.values[0]))
    return Q(_in_order(field, node.sign, _number(node.values[0], field)))


def _in_order(field: Field, sign: str, number: float) -> Func:
    """By JSON path: only numbers compare with a number. Postgres's own order of
    jsonb would put every truth value above every number."""
    path = Value(f"$.{json.dumps(field.name)} {sign} {number!r}")
    compared = Func(
        F("parameters"),
        path,
        template="(%(expressions)s::jsonpath)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )
    return Coalesce(compared, Value(value=False), output_field=BooleanField())


def _meant(value: str, *, quoted: bool) -> list[Any]:
    """What a written value may be in JSON: 3 is a number, or the text "3"."""
    if quoted:
        return [value]
    lowered = value.lower()
    if lowered in {"true", "false"}:
        return [lowered == "true", value]
    if lowered in {"none", "null"}:
        return [None, value]
    try:
        return [float(value), value]
    except ValueError:
        return [value]
