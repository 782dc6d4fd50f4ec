"""Reading one issue of a seed, and what happened to it."""

from dataclasses import replace
from typing import Any

from demo.jira.changes import DESCRIBED, changes, moved
from demo.jira.seed.words import BadSeed, Words
from demo.jira.things import Change, Comment, History, Issue, RemoteLink, Worklog

type Seed = dict[str, Any]

NOTHING: dict[str, Any] = {"labels": (), "sprints": (), "versions": (), "components": ()}
HISTORY_WORDS = {*DESCRIBED, "versions", "components", "key"}
# "resolution" is told by the history and by `resolved`, not by a value of its own.
CHECKED_WORDS = HISTORY_WORDS - {"resolution"}


def read_issue(words: Words, said: Seed) -> None:
    """Put the issue as it is now, without its history."""
    project = words.truth.project(said["key"].rpartition("-")[0])
    if project is None:
        raise BadSeed("its project is not there")
    viewers = said.get("viewers")
    created = words.times.moment(said["created"])
    words.truth.put(
        Issue(
            id=words.keys[said["key"]],
            key=said["key"],
            project=project.id,
            summary=said["summary"],
            created=created,
            updated=words.times.optional(said.get("updated")) or created,
            description=said.get("description", ""),
            resolved=words.times.optional(said.get("resolved")),
            custom=said.get("fields", {}),
            comments=tuple(_comment(words, note) for note in said.get("comments", ())),
            worklogs=tuple(_worklog(words, work) for work in said.get("worklogs", ())),
            remote_links=tuple(_remote(words, link) for link in said.get("remoteLinks", ())),
            viewers=None if viewers is None else frozenset(viewers),
            **_values(words, said),
        )
    )


def read_history(words: Words, said: Seed) -> None:
    """Add the history, and the keys that the issue had."""
    issue = words.truth.issues[words.keys[said["key"]]]
    entries = sorted(said.get("history", ()), key=lambda entry: words.times.moment(entry["at"]))
    _check_ends(words, issue, entries)
    history = tuple(_history(words, entry) for entry in entries)
    issue = replace(issue, history=history)
    if "updated" not in said:
        issue = replace(issue, updated=_newest(issue))
    words.truth.put(issue)
    for old in _old_keys(history):
        words.truth.keys.setdefault(old, issue.id)


def _values(words: Words, said: Seed) -> dict[str, Any]:
    names = (
        "type",
        "status",
        "reporter",
        "assignee",
        "priority",
        "labels",
        "parent",
        "sprints",
        "points",
        "versions",
        "components",
        "due",
        "security",
    )
    return {name: words.inward(name, said[name]) for name in names if name in said}


def _comment(words: Words, said: Seed) -> Comment:
    created = words.times.moment(said["at"])
    return Comment(
        id=_number(words, "comment", said),
        by=words.person(said["by"]),
        created=created,
        updated=words.times.optional(said.get("updated")) or created,
        body=said["text"],
        role=said.get("role", ""),
        public=said.get("public", True),
    )


def _worklog(words: Words, said: Seed) -> Worklog:
    created = words.times.moment(said["at"])
    return Worklog(
        id=_number(words, "worklog", said),
        by=words.person(said["by"]),
        created=created,
        updated=words.times.optional(said.get("updated")) or created,
        started=words.times.optional(said.get("started")) or created,
        seconds=said["seconds"],
        body=said.get("text", ""),
        role=said.get("role", ""),
    )


def _remote(words: Words, said: Seed) -> RemoteLink:
    sent = {name: value for name, value in said.items() if name not in ("id", "globalId")}
    return RemoteLink(_number(words, "remote link", said), said.get("globalId", ""), sent)


def _history(words: Words, said: Seed) -> History:
    lines = [line for change in said["changes"] for line in _lines(words, change)]
    return History(
        id=_number(words, "history", said),
        at=words.times.moment(said["at"]),
        by=words.person(said["by"]),
        changes=tuple(lines),
    )


def _lines(words: Words, said: Seed) -> list[Change]:
    if "fieldId" in said:
        return [
            Change(
                said["field"],
                said["fieldId"],
                said.get("from"),
                said.get("fromString"),
                said.get("to"),
                said.get("toString"),
            )
        ]
    name: str = said["field"]
    old: Any = said.get("from")
    new: Any = said.get("to")
    if name not in HISTORY_WORDS:
        raise BadSeed(f"its history changes {name!r}, which is no field it could change")
    if name == "key":
        return moved(words.truth, old, new)
    return changes(words.truth, name, words.inward(name, old), words.inward(name, new))


def _check_ends(words: Words, issue: Issue, entries: list[Seed]) -> None:
    ends = {
        change["field"]: change.get("to")
        for entry in entries
        for change in entry["changes"]
        if "fieldId" not in change
    }
    for name in CHECKED_WORDS & ends.keys():
        end, value = words.inward(name, ends[name]), getattr(issue, name)
        if (end or NOTHING.get(name, end)) != value and (end or value):
            raise BadSeed(f"its history ends with {name} {end!r}, but it has {value!r}")


def _old_keys(history: tuple[History, ...]) -> list[str]:
    lines = (line for entry in history for line in entry.changes)
    return [line.old_text for line in lines if line.field == "Key" and line.old_text]


def _newest(issue: Issue) -> int:
    times = [issue.created]
    times += [entry.at for entry in issue.history]
    times += [note.updated for note in issue.comments]
    times += [work.updated for work in issue.worklogs]
    return max(times)


def _number(words: Words, kind: str, said: Seed) -> int:
    given = said.get("id")
    truth = words.truth
    return truth.used_id(kind, int(given)) if given else truth.next_id(kind)
