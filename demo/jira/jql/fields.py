"""What each field of JQL means: its values on an issue, and its operands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.jira.bodies import plain
from demo.jira.jql.moments import called, moment
from demo.jira.jql.parse import Operand
from demo.jira.jql.scope import Scope
from demo.jira.things import Field, Issue
from demo.jira.truth import PRIORITIES
from demo.jira.verbs.refusals import Refused

type Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """`read` gives an issue's values (none: the field is EMPTY there), `resolve`
    an operand's values in the same terms, or a Refused. `sort`, where given,
    replaces the first value in ORDER BY. A `text` field is searched with `~`."""

    read: Callable[[Scope, Issue], Values]
    resolve: Callable[[Scope, Operand], Values]
    ordered: bool = False
    text: bool = False
    sort: Callable[[Scope, Issue], Any] | None = None


def meaning(scope: Scope, name: str) -> Meaning:
    """The meaning of a field's name, id or `cf[10016]`."""
    lowered = name.lower()
    if lowered in SYSTEM:
        return SYSTEM[lowered]
    for field in scope.truth.fields.values():
        if lowered in (field.name.lower(), field.id, f"cf[{field.number}]"):
            return _custom(field)
    raise Refused(400, f"Field '{name}' does not exist or you do not have permission to view it.")


def _missing(value: str, field: str) -> Refused:
    return Refused(400, f"The value '{value}' does not exist for the field '{field}'.")


def _maybe(value: Any) -> Values:
    return () if value in (None, "") else (value,)


def _as_text(_scope: Scope, operand: Operand) -> Values:
    return (operand.text,)


def _as_number(_scope: Scope, operand: Operand) -> Values:
    try:
        return (float(operand.text),)
    except ValueError:
        raise Refused(400, f"'{operand.text}' is not a number.") from None


def _as_moment(scope: Scope, operand: Operand) -> Values:
    if not operand.call:
        return (moment(operand.text, scope.zone, scope.now),)
    found = called(operand.text, scope.zone, scope.now)
    if found is None:
        raise _no_function(operand)
    return (found,)


def _as_project(scope: Scope, operand: Operand) -> Values:
    found = scope.project(operand.text)
    if found is None:
        raise _missing(operand.text, "project")
    return (found.id,)


def _as_issue(scope: Scope, operand: Operand) -> Values:
    found = scope.issue(operand.text)
    if found is None and operand.text.isdecimal():
        raise Refused(400, f"A value with ID '{operand.text}' does not exist for the field 'id'.")
    if found is None:
        raise Refused(
            400, f"An issue with key '{operand.text}' does not exist for field 'issuekey'."
        )
    return (found.id,)


def _as_status(scope: Scope, operand: Operand) -> Values:
    lowered = operand.text.lower()
    for known in scope.truth.statuses.values():
        if lowered in (known.id, known.name.lower()):
            return (known.id,)
    raise _missing(operand.text, "status")


def _as_type(scope: Scope, operand: Operand) -> Values:
    lowered = operand.text.lower()
    known = scope.truth.types.values()
    if operand.call and lowered in ("subtaskissuetypes", "standardissuetypes"):
        below = lowered == "subtaskissuetypes"
        return tuple(one.id for one in known if (one.level < 0) == below)
    for one in known:
        if lowered in (one.id, one.name.lower()):
            return (one.id,)
    raise _missing(operand.text, "issuetype")


def _as_sprint(scope: Scope, operand: Operand) -> Values:
    known = scope.truth.sprints.values()
    states = {"opensprints": "active", "closedsprints": "closed", "futuresprints": "future"}
    if operand.call and (state := states.get(operand.text.lower())):
        return tuple(one.id for one in known if one.state == state)
    found = tuple(one.id for one in known if operand.text in (str(one.id), one.name))
    if not found:
        raise Refused(
            400,
            f"Sprint with name '{operand.text}' does not exist or you do not have"
            " permission to view it.",
        )
    return found


def _as_person(scope: Scope, operand: Operand) -> Values:
    if operand.call and operand.text.lower() == "currentuser":
        return _maybe(scope.viewer)
    for user in scope.truth.users.values():
        if operand.text in (user.name, user.account_id, user.email, user.display):
            return (user.name,)
    raise _missing(operand.text, "assignee")


def _as_category(_scope: Scope, operand: Operand) -> Values:
    names = {"to do": "new", "in progress": "indeterminate", "done": "done"}
    lowered = operand.text.lower()
    return (names.get(lowered, lowered),)


def _no_function(operand: Operand) -> Refused:
    return Refused(400, f"Unable to find JQL function '{operand.text}()'.")


def _category(scope: Scope, issue: Issue) -> Values:
    return (scope.truth.statuses[issue.status].category,)


def _place(_scope: Scope, issue: Issue) -> tuple[str, int]:
    project, _, number = issue.key.rpartition("-")
    return project, int(number)


def _urgency(_scope: Scope, issue: Issue) -> int:
    return -PRIORITIES.index(issue.priority) if issue.priority in PRIORITIES else 0


def _custom(field: Field) -> Meaning:
    if field.kind == "sprint":
        return SYSTEM["sprint"]
    if field.kind == "epic-link":
        return SYSTEM["parent"]
    if field.kind in ("points", "estimate"):
        return Meaning(lambda _scope, issue: _maybe(issue.points), _as_number, ordered=True)
    if field.kind == "number":
        return Meaning(
            lambda _scope, issue: _maybe(issue.custom.get(field.id)), _as_number, ordered=True
        )
    return Meaning(lambda _scope, issue: _maybe(issue.custom.get(field.id)), _as_text, text=True)


_KEY = Meaning(lambda _scope, issue: (issue.id,), _as_issue, ordered=True, sort=_place)
SYSTEM: dict[str, Meaning] = {
    "project": Meaning(lambda _scope, issue: (issue.project,), _as_project),
    "key": _KEY,
    "issuekey": _KEY,
    "issue": _KEY,
    "id": Meaning(lambda _scope, issue: (issue.id,), _as_issue, ordered=True),
    "parent": Meaning(lambda _scope, issue: _maybe(issue.parent), _as_issue),
    "updated": Meaning(lambda _scope, issue: (issue.updated,), _as_moment, ordered=True),
    "created": Meaning(lambda _scope, issue: (issue.created,), _as_moment, ordered=True),
    "resolutiondate": Meaning(
        lambda _scope, issue: _maybe(issue.resolved), _as_moment, ordered=True
    ),
    "resolution": Meaning(lambda _scope, issue: ("Done",) if issue.resolved else (), _as_text),
    "sprint": Meaning(lambda scope, issue: scope.sprints_of(issue), _as_sprint),
    "issuetype": Meaning(lambda _scope, issue: (issue.type,), _as_type),
    "status": Meaning(lambda _scope, issue: (issue.status,), _as_status),
    "statuscategory": Meaning(_category, _as_category),
    "labels": Meaning(lambda _scope, issue: issue.labels, _as_text),
    "assignee": Meaning(lambda _scope, issue: _maybe(issue.assignee), _as_person),
    "reporter": Meaning(lambda _scope, issue: (issue.reporter,), _as_person),
    "priority": Meaning(lambda _scope, issue: (issue.priority,), _as_text, sort=_urgency),
    "summary": Meaning(lambda _scope, issue: (issue.summary,), _as_text, text=True),
    "description": Meaning(
        lambda _scope, issue: _maybe(plain(issue.description)), _as_text, text=True
    ),
    "duedate": Meaning(lambda _scope, issue: _maybe(issue.due), _as_text, ordered=True),
    "rank": Meaning(lambda _scope, issue: (issue.id,), _as_issue),
}
SYSTEM |= {
    "type": SYSTEM["issuetype"],
    "resolved": SYSTEM["resolutiondate"],
    "due": SYSTEM["duedate"],
    "updateddate": SYSTEM["updated"],
    "createddate": SYSTEM["created"],
}
