"""A filter's tree as a condition on runs.

Every condition is true or false of every run, never null: `not x` is exactly
the runs that `x` leaves out.
"""

import operator
import re
from collections.abc import Mapping
from functools import reduce

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.lookups import IContains

from tracking.models import Mention, Metric
from tracking.runs import fields as known
from tracking.runs import parameters, times
from tracking.runs.fields import Field
from tracking.runs.language import Both, Compare, Misread, Missing, Node, Not, Words
from tracking.runs.tasks import Tasks
from tracking.runs.values import finite, number, sure

ORDER = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
EMPTY_TEXT = {"name", "owner", "handle"}


def condition(node: Node, fields: Mapping[str, Field], tasks: Tasks) -> Q:
    """Raises Misread for a comparison that a field does not have."""
    match node:
        case Words(text=text):
            return Q(name__icontains=text) | Q(handle__iexact=text)
        case Not(of=inner):
            return ~condition(inner, fields, tasks)
        case Both(kind=kind, of=several):
            joined = operator.and_ if kind == "and" else operator.or_
            return reduce(joined, (condition(one, fields, tasks) for one in several))
        case Missing(field=name, missing=missing):
            empty = _missing(fields[name], tasks)
            return empty if missing else ~empty
        case Compare():
            return _compared(node, fields[node.field], tasks)


def _missing(field: Field, tasks: Tasks) -> Q:
    if field.kind == "own":
        if field.name in EMPTY_TEXT:
            return Q(**{field.name: ""})
        return Q(**{f"{field.name}__isnull": True})
    if field.kind == "tag":
        return Q(tags=[])
    if field.kind == "parameter":
        return ~Q(parameters__has_key=field.name)
    if field.kind == "metric":
        return ~Q(Exists(Metric.objects.filter(run=OuterRef("pk"), name=field.name)))
    if field.kind == "task":
        return tasks.none()
    return ~Q(Exists(Mention.objects.filter(run=OuterRef("pk"), kind="sprint")))


def _compared(node: Compare, field: Field, tasks: Tasks) -> Q:
    if node.sign.startswith("!"):
        return ~_compared(Compare(node.field, node.sign[1:], node.values), field, tasks)
    if field.kind in {"task", "sprint"}:
        return _mentioned(node, field, tasks)
    made = {
        "own": _own,
        "parameter": parameters.condition,
        "metric": _metric,
        "tag": _tag,
    }
    return made[field.kind](node, field)


def refused(field: Field, signs: str) -> Misread:
    return Misread(f"“{field.asked}” can be compared with {signs} only.")


# ── what a run's words name ──────────────────────────────────────────────────


def _mentioned(node: Compare, field: Field, tasks: Tasks) -> Q:
    if node.sign != "=":
        raise refused(field, "=, != and in")
    texts = [value.text for value in node.values]
    if field.kind == "task":
        return tasks.of([text.strip().upper() for text in texts])
    named = [sprint_of(text) for text in texts]
    return _through(Mention.objects.filter(kind="sprint", value__in=named))


def sprint_of(text: str) -> str:
    """The word that mentions of this sprint have."""
    digits = re.search(r"[0-9]{1,9}$", text.strip())
    if not digits:
        raise Misread(f"A sprint is a number; found “{text}”.")
    return f"sprint {int(digits[0])}"


def _tag(node: Compare, field: Field) -> Q:
    if node.sign == "=":
        values = [value.text for value in node.values]
        return _through(Mention.objects.filter(kind="tag", value__in=values))
    if node.sign == "~":
        words = Func(F("tags"), Value("\n"), function="array_to_string", output_field=TextField())
        return Q(IContains(words, node.values[0].text))
    raise refused(field, "=, !=, ~ and in")


def _through(rows: QuerySet[Mention] | QuerySet[Metric]) -> Q:
    return Q(pk__in=rows.values("run"))


# ── a run's own columns ──────────────────────────────────────────────────────


def _own(node: Compare, field: Field) -> Q:
    if field.name in known.TIMES:
        return times.condition(node, field)
    if field.name in known.NUMBERS:
        return _numbers(node, field, field.name)
    if field.name in known.FLAGS:
        return _flag(node, field)
    return _text(node, field)


def _text(node: Compare, field: Field) -> Q:
    texts = [value.text for value in node.values]
    if node.sign == "~":
        found = Q(**{f"{field.name}__icontains": texts[0]})
    elif node.sign == "=":
        found = Q(**{f"{field.name}__in": known.spelled(field, texts)})
    else:
        raise refused(field, "=, !=, ~ and in")
    return sure(found) if field.name in known.NULLABLE else found


def _flag(node: Compare, field: Field) -> Q:
    if node.sign != "=":
        raise refused(field, "=, != and in")
    return Q(**{f"{field.name}__in": [_truth(value.text, field) for value in node.values]})


def _truth(text: str, field: Field) -> bool:
    if text.lower() not in YES | NO:
        raise Misread(f"“{field.asked}” is yes or no; found “{text}”.")
    return text.lower() in YES


def _numbers(node: Compare, field: Field, column: str) -> Q:
    """A NaN has no place in an order, although Postgres puts it above infinity."""
    if node.sign == "=":
        return Q(**{f"{column}__in": [number(value.text, field.asked) for value in node.values]})
    if node.sign not in ORDER:
        raise refused(field, "<, >, <=, >=, =, != and in")
    beyond = Q(**{f"{column}__{ORDER[node.sign]}": finite(node.values[0].text, field.asked)})
    return beyond & Q(**{f"{column}__lte": float("inf")}) if ">" in node.sign else beyond


def _metric(node: Compare, field: Field) -> Q:
    within = _numbers(node, field, field.figure)
    return _through(Metric.objects.filter(within, name=field.name))
