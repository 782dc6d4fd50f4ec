"""A parsed query into one predicate and one sort key."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.jira.jql.fields import Meaning, Values, meaning
from demo.jira.jql.parse import Clause, Junction, parsed
from demo.jira.jql.scope import Scope
from demo.jira.things import Issue
from demo.jira.verbs.refusals import Refused

type Matches = Callable[[Issue], bool]

MOST_ORDERS = 7
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Backwards:
    """Sorts the other way round."""

    value: Any

    def __lt__(self, other: "Backwards") -> bool:
        return bool(other.value < self.value)


@dataclass(frozen=True, slots=True)
class Query:
    """`bounded` says whether it restricts anything at all."""

    matches: Matches
    bounded: bool
    orders: tuple[tuple[Meaning, bool], ...]

    def place(self, scope: Scope, issue: Issue) -> list[Any]:
        """Where the issue stands in the order, in plain JSON; the id decides last."""
        return [*(_sort_value(scope, issue, known) for known, _ in self.orders), issue.id]

    def key(self, place: list[Any]) -> tuple[Any, ...]:
        """A place as a sort key. Without ORDER BY the newest id comes first."""
        turned = [down for _, down in self.orders] + [not self.orders]
        pairs = zip(place, turned, strict=True)
        return tuple(
            Backwards(_sortable(value)) if down else _sortable(value) for value, down in pairs
        )


def compiled(scope: Scope, text: str) -> Query:
    """The query as this caller may ask it, or a Refused."""
    where, order = parsed(text)
    if len(order) > MOST_ORDERS:
        raise Refused(400, f"The ORDER BY clause may have at most {MOST_ORDERS} fields.")
    orders = tuple((meaning(scope, one.field), one.descending) for one in order)
    matches = _everything if where is None else _compiled(scope, where)
    return Query(matches, where is not None, orders)


def _everything(_issue: Issue) -> bool:
    return True


def _compiled(scope: Scope, part: Junction | Clause) -> Matches:
    if isinstance(part, Clause):
        return _clause(scope, part)
    parts = [_compiled(scope, inner) for inner in part.parts]
    if part.kind == "not":
        inner = parts[0]
        return lambda issue: not inner(issue)
    join = all if part.kind == "and" else any
    return lambda issue: join(matches(issue) for matches in parts)


def _clause(scope: Scope, clause: Clause) -> Matches:
    known = meaning(scope, clause.field)
    if clause.operator in ("is", "is not"):
        return _emptiness(scope, known, wanted=clause.operator == "is")
    if clause.operator in COMPARE:
        return _comparison(scope, known, clause)
    if clause.operator in ("~", "!~"):
        return _words(scope, known, clause)
    wanted = {value for one in clause.operands for value in known.resolve(scope, one)}
    return _membership(scope, known, wanted, without=clause.operator in ("!=", "not in"))


def _emptiness(scope: Scope, known: Meaning, *, wanted: bool) -> Matches:
    return lambda issue: (not known.read(scope, issue)) == wanted


def _membership(scope: Scope, known: Meaning, wanted: set[Any], *, without: bool) -> Matches:
    """An issue on which the field is EMPTY matches neither = nor !=, as in Jira."""

    def matches(issue: Issue) -> bool:
        values = known.read(scope, issue)
        return bool(values) and wanted.isdisjoint(values) == without

    return matches


def _comparison(scope: Scope, known: Meaning, clause: Clause) -> Matches:
    if not known.ordered:
        raise Refused(
            400,
            f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.",
        )
    if known.sort is not None:
        return _key_comparison(scope, known, clause)
    compare, bound = COMPARE[clause.operator], _bound(scope, known, clause)
    return lambda issue: any(compare(value, bound) for value in known.read(scope, issue))


def _bound(scope: Scope, known: Meaning, clause: Clause) -> Any:
    text = clause.operands[0].text
    if clause.field.lower() == "id" and text.isdecimal():
        return int(text)  # `id > 10500` asks for no issue 10500
    return known.resolve(scope, clause.operands[0])[0]


def _key_comparison(scope: Scope, known: Meaning, clause: Clause) -> Matches:
    """Keys compare within their project only, by number."""
    (number,) = known.resolve(scope, clause.operands[0])
    project, bound = _key_parts(scope.truth.issues[number])
    compare = COMPARE[clause.operator]

    def matches(issue: Issue) -> bool:
        home, place = _key_parts(issue)
        return home == project and compare(place, bound)

    return matches


def _key_parts(issue: Issue) -> tuple[str, int]:
    home, _, number = issue.key.rpartition("-")
    return home, int(number)


def _words(scope: Scope, known: Meaning, clause: Clause) -> Matches:
    if not known.text:
        raise Refused(
            400,
            f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.",
        )
    needles = clause.operands[0].text.lower().replace("*", " ").split()
    without = clause.operator == "!~"
    return lambda issue: _holds(known.read(scope, issue), needles) != without


def _holds(values: Values, needles: list[str]) -> bool:
    return any(all(needle in str(value).lower() for needle in needles) for value in values)


def _sort_value(scope: Scope, issue: Issue, known: Meaning) -> Any:
    if known.sort is not None:
        return known.sort(scope, issue)
    values = known.read(scope, issue)
    return values[0] if values else None


def _sortable(value: Any) -> tuple[bool, Any]:
    """EMPTY comes first when ascending."""
    if isinstance(value, list):  # a place that went through JSON
        value = tuple(value)
    return value is not None, value if value is not None else 0
