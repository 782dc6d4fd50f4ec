"""Reading what a caller wants an issue to be: `fields` and `update`."""

from collections.abc import Callable
from typing import Any

from demo.jira.things import Body, Field, Project
from demo.jira.truth import PRIORITIES
from demo.jira.verbs.refusals import Refused
from demo.jira.web import Request

LONGEST_SUMMARY = 255
VERBS = {"labels": ("set", "add", "remove"), "comment": ("add",)}

type Step = tuple[str, Any]  # a verb and its value
type Reader = Callable[[Request, Any], Any]


def values(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Jira's fields as a state's values. `project` and `issuetype` are left to
    the caller; every wrong field is named in one refusal."""
    found: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in fields.items():
        try:
            _read(request, name, value, found, custom)
        except Refused as error:
            errors |= error.errors or {name: " ".join(error.messages)}
    if errors:
        raise Refused(400, errors=errors)
    return found | ({"custom": custom} if custom else {})


def body(request: Request, value: Any, name: str) -> Body:
    """A body of text in the form of this version: ADF on 3, text on 2."""
    if request.voice.api == "3":
        if isinstance(value, dict) and value.get("type") == "doc" and value.get("version") == 1:
            return value
        raise _wrong(name, "Operation value must be an Atlassian Document")
    if isinstance(value, str):
        return value
    raise _wrong(name, "Operation value must be a string")


def project(request: Request, value: Any) -> Project:
    """The project of a new issue."""
    word = str(value.get("id") or value.get("key") or "") if isinstance(value, dict) else ""
    found = request.state.project(word)
    if found is None or not request.state.visible_project(found, request.voice.viewer):
        raise _wrong("project", "valid project is required")
    return found


def issue_type(request: Request, value: Any) -> str:
    """The id of an issue type."""
    word = _either(value, "id", "name")
    for known in request.state.types.values():
        if word in (known.id, known.name):
            return known.id
    raise _wrong("issuetype", "Specify a valid issue type")


def steps(update: Any) -> dict[str, list[Step]]:
    """The verbs of `update` and their values, field by field."""
    found: dict[str, list[Step]] = {}
    for name, listed in dict(update or {}).items():
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise _wrong(name, "an array of operations is expected")
        found[name] = [step for one in listed for step in one.items()]
        for verb, _ in found[name]:
            if verb not in VERBS.get(name, ("set",)):
                raise _wrong(name, f"the operation '{verb}' is not supported")
    return found


def label_changes(old: tuple[str, ...], taken: list[Step]) -> tuple[str, ...]:
    """Labels after `add`, `remove` and `set`, in the order that they come in."""
    labels = list(old)
    for verb, label in taken:
        if verb == "set":
            labels = list(label)
        elif verb == "add" and label not in labels:
            labels.append(label)
        elif verb == "remove" and label in labels:
            labels.remove(label)
    return _labels_checked(labels)


def _read(
    request: Request, name: str, value: Any, found: dict[str, Any], custom: dict[str, Any]
) -> None:
    if name in READERS:
        target, reader = READERS[name]
        found[target] = reader(request, value)
        return
    field = request.state.fields.get(name)
    if field is None:
        raise _wrong(
            name,
            f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.",
        )
    _read_custom(request, field, value, found, custom)


def _read_custom(
    request: Request, field: Field, value: Any, found: dict[str, Any], custom: dict[str, Any]
) -> None:
    match field.kind:
        case "points" | "estimate":
            found["points"] = _number(field.id, value)
        case "sprint":
            found["sprints"] = _sprint(request, field.id, value)
        case "epic-link":
            found["parent"] = None if value is None else request.state.need(value).id
        case _:
            custom[field.id] = value


def _summary(_request: Request, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong("summary", "You must specify a summary of the issue.")
    if len(value) > LONGEST_SUMMARY:
        raise _wrong("summary", "Summary can't exceed 255 characters.")
    if "\n" in value:
        raise _wrong("summary", "The summary is invalid because it contains newline characters.")
    return value


def _description(request: Request, value: Any) -> Body:
    return "" if value is None else body(request, value, "description")


def _labels(_request: Request, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong("labels", "data was not an array")
    return _labels_checked(value)


def _labels_checked(labels: list[str]) -> tuple[str, ...]:
    for label in labels:
        if " " in label:
            raise _wrong("labels", f"The label '{label}' contains spaces which is invalid.")
    return tuple(labels)


def _person(request: Request, value: Any) -> str | None:
    if value is None:
        return None
    names = ("accountId", "id") if request.voice.cloud else ("name", "key")
    word = _either(value, *names)
    for known in request.state.users.values():
        if word == (known.account_id if request.voice.cloud else known.name):
            return known.name
    raise _wrong("assignee", f"User '{word}' does not exist.")


def _priority(_request: Request, value: Any) -> str:
    word = _either(value, "id", "name")
    if word.isdecimal() and 0 < int(word) <= len(PRIORITIES):
        return PRIORITIES[int(word) - 1]
    if word not in PRIORITIES:
        raise _wrong("priority", "The priority selected is invalid.")
    return word


def _parent(request: Request, value: Any) -> int | None:
    if value is None:
        return None
    found = request.state.issue(_either(value, "id", "key"))
    if found is None or not request.state.visible(found, request.voice.viewer):
        raise _wrong("parent", "Could not find issue by id or key.")
    return found.id


def _versions(request: Request, value: Any) -> tuple[str, ...]:
    known = {
        word: version.id
        for home in request.state.projects.values()
        for version in home.versions
        for word in (version.id, version.name)
    }
    try:
        return tuple(known[_either(one, "id", "name")] for one in value)
    except KeyError as error:
        raise _wrong("fixVersions", f"Version name {error} is not valid") from None


def _components(_request: Request, value: Any) -> tuple[str, ...]:
    return tuple(_either(one, "name", "id") for one in value)


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, "Operation value must be a number")
    return float(value)


def _sprint(request: Request, name: str, value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, int) or value not in request.state.sprints:
        raise _wrong(name, "Number value expected as the Sprint id.")
    return (value,)


def _day(_request: Request, value: Any) -> str:
    return str(value or "")


def _either(value: Any, *names: str) -> str:
    told = value if isinstance(value, dict) else {}
    return next((str(told[name]) for name in names if told.get(name)), "")


def _wrong(name: str, text: str) -> Refused:
    return Refused(400, errors={name: text})


READERS: dict[str, tuple[str, Reader]] = {
    "summary": ("summary", _summary),
    "description": ("description", _description),
    "labels": ("labels", _labels),
    "assignee": ("assignee", _person),
    "reporter": ("reporter", _person),
    "priority": ("priority", _priority),
    "parent": ("parent", _parent),
    "duedate": ("due", _day),
    "fixVersions": ("versions", _versions),
    "components": ("components", _components),
}
