"""Reading a seed document into an empty state."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from demo.jira.seed.issues import read_history, read_issue
from demo.jira.seed.words import BadSeed, Times, Words
from demo.jira.things import (
    Board,
    Field,
    IssueType,
    Link,
    Project,
    Sprint,
    Status,
    User,
    Version,
)
from demo.jira.truth import FIELDS, LINK_KINDS, STATUSES, TYPES, Truth

__all__ = ["BadSeed", "read"]

type Seed = dict[str, Any]


def read(truth: Truth, seed: Seed, *, today: date | None = None) -> None:
    """Fill an empty state; search sees all of it at once, whatever its lag."""
    times = Times.moving(seed.get("asOf"), today)
    truth.users = {user.name: user for user in map(_user, seed["users"])}
    truth.statuses = _by_id(_status(truth, said) for said in seed.get("statuses", ())) or _by_id(
        STATUSES
    )
    truth.types = _by_id(_type(truth, said) for said in seed.get("issueTypes", ())) or _by_id(TYPES)
    truth.fields = _by_id(Field(**said) for said in seed.get("fields", ())) or _by_id(FIELDS)
    for said in seed["projects"]:
        _read_project(truth, times, said)
    for said in seed.get("boards", ()):
        _read_board(truth, said)
    for said in seed.get("sprints", ()):
        _read_sprint(truth, times, said)
    _read_issues(truth, times, seed["issues"])
    truth.index.settle()


def _by_id[Thing: (Status, IssueType, Field)](things: Iterable[Thing]) -> dict[str, Thing]:
    return {thing.id: thing for thing in things}


def _user(said: Seed) -> User:
    name = said["name"]
    return User(
        name=name,
        account_id=said.get("accountId", f"practice-{name}"),
        display=str(said.get("displayName", name)),
        email=said.get("email", ""),
        zone=said.get("zone", "UTC"),
        token=said.get("token", ""),
        active=said.get("active", True),
    )


def _status(truth: Truth, said: Seed) -> Status:
    return Status(_text_id(truth, "status", said), said["name"], said["category"])


def _type(truth: Truth, said: Seed) -> IssueType:
    return IssueType(_text_id(truth, "type", said), said["name"], said.get("level", 0))


def _text_id(truth: Truth, kind: str, said: Seed) -> str:
    given = said.get("id")
    return str(truth.next_id(kind) if given is None else truth.used_id(kind, int(given)))


def _read_project(truth: Truth, times: Times, said: Seed) -> None:
    viewers = said.get("viewers")
    project = Project(
        id=_text_id(truth, "project", said),
        key=said["key"],
        name=str(said.get("name", said["key"])),
        lead=said.get("lead") or next(iter(truth.users)),
        versions=tuple(_version(truth, times, version) for version in said.get("versions", ())),
        viewers=None if viewers is None else frozenset(viewers),
    )
    truth.projects[project.id] = project
    truth.old_project_keys.update((old, project.id) for old in said.get("oldKeys", ()))


def _version(truth: Truth, times: Times, said: Seed) -> Version:
    return Version(
        id=_text_id(truth, "version", said),
        name=said["name"],
        released=said.get("released", False),
        release_date=times.day(said.get("releaseDate", "")),
    )


def _read_board(truth: Truth, said: Seed) -> None:
    project = truth.project(said["project"])
    if project is None:
        raise BadSeed(f"board {said['name']!r}: there is no project {said['project']!r}")
    number = truth.used_id("board", said.get("id") or truth.next_id("board"))
    truth.boards[number] = Board(number, said["name"], project.id, said.get("type", "scrum"))


def _read_sprint(truth: Truth, times: Times, said: Seed) -> None:
    if said["board"] not in truth.boards:
        raise BadSeed(f"sprint {said['name']!r}: there is no board {said['board']!r}")
    number = truth.used_id("sprint", said.get("id") or truth.next_id("sprint"))
    start = times.optional(said.get("start"))
    truth.sprints[number] = Sprint(
        id=number,
        board=said["board"],
        name=said["name"],
        state=said.get("state", "future"),
        goal=said.get("goal", ""),
        created=times.optional(said.get("created")) or start or 0,
        start=start,
        end=times.optional(said.get("end")),
        complete=times.optional(said.get("complete")),
    )


def _read_issues(truth: Truth, times: Times, seeds: list[Seed]) -> None:
    keys = {said["key"]: _issue_id(truth, said) for said in seeds}
    if len(keys) < len(seeds):
        raise BadSeed("two issues have the same key")
    words = Words(truth, times, keys)
    for step in (read_issue, read_history, _read_links):
        for said in seeds:
            _read_one(step, words, said)


def _issue_id(truth: Truth, said: Seed) -> int:
    given = said.get("id")
    return truth.used_id("issue", int(given)) if given else truth.next_id("issue")


def _read_one(step: Callable[[Words, Seed], None], words: Words, said: Seed) -> None:
    try:
        step(words, said)
    except (BadSeed, KeyError) as error:
        raise BadSeed(f"issue {said['key']}: {error}") from error


def _read_links(words: Words, said: Seed) -> None:
    for link in said.get("links", ()):
        _read_link(words, said["key"], link)


def _read_link(words: Words, key: str, link: Seed) -> None:
    if link["to"] not in words.keys:
        raise BadSeed(f"it links to {link['to']!r}, which is not there")
    if link["type"] not in LINK_KINDS:
        raise BadSeed(f"there is no link type {link['type']!r}")
    given = link.get("id")
    truth = words.truth
    number = truth.used_id("link", given) if given else truth.next_id("link")
    truth.join(Link(number, link["type"], words.keys[key], words.keys[link["to"]]))
