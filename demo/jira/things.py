"""What a Jira holds. Times are epoch milliseconds; people are user names.

Everything is frozen: a change makes a new Issue, and the search index keeps
the old one until its lag has passed. So a snapshot costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type Json = bool | int | float | str | list[Any] | dict[str, Any] | None
type Body = str | dict[str, Any]  # wiki text, or an ADF document as it was sent
type Category = Literal["new", "indeterminate", "done"]

NO_VALUES: Mapping[str, Json] = {}


@dataclass(frozen=True, slots=True)
class User:
    """`name` is what the seed and Data Center call a person; Cloud says `account_id`."""

    name: str
    account_id: str
    display: str
    email: str = ""
    zone: str = "UTC"
    token: str = ""  # empty: nobody can log in as this person
    active: bool = True


@dataclass(frozen=True, slots=True)
class IssueType:
    """`level` is 1 for epics, 0 for tasks, -1 for sub-tasks."""

    id: str
    name: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """One column's worth of work."""

    id: str
    name: str
    category: Category


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field. Kinds: points, estimate (the points of newer projects),
    sprint, epic-link, number, text, date, option."""

    id: str
    name: str
    kind: str

    @property
    def number(self) -> int:
        """The 10016 of customfield_10016, as JQL's `cf[10016]` wants it."""
        return int(self.id.removeprefix("customfield_"))


@dataclass(frozen=True, slots=True)
class Version:
    """A release of a project; dates as YYYY-MM-DD or empty."""

    id: str
    name: str
    released: bool = False
    release_date: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """`viewers` None: everybody. Otherwise only these user names see it."""

    id: str
    key: str
    name: str
    lead: str
    versions: tuple[Version, ...] = ()
    viewers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A scrum or kanban board of one project (by id)."""

    id: int
    name: str
    project: str
    kind: str = "scrum"


@dataclass(frozen=True, slots=True)
class Sprint:
    """State is future, active or closed."""

    id: int
    board: int
    name: str
    state: str = "future"
    goal: str = ""
    created: int = 0
    start: int | None = None
    end: int | None = None
    complete: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a history entry, in Jira's own words (ids and texts of then)."""

    field: str
    field_id: str
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None


@dataclass(frozen=True, slots=True)
class History:
    """What one person changed at one time."""

    id: int
    at: int
    by: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; `updated` differs from `created` once it was edited. With a `role`
    only who has it may read it, and `public` is what customers of a desk may see."""

    id: int
    by: str
    created: int
    updated: int
    body: Body
    role: str = ""
    public: bool = True


@dataclass(frozen=True, slots=True)
class Worklog:
    """Time spent; `role` as with comments."""

    id: int
    by: str
    created: int
    updated: int
    started: int
    seconds: int
    body: Body = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """`source` says the outward words of `kind` about `target` (issue ids)."""

    id: int
    kind: str
    source: int
    target: int


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """A link out of Jira, as it was sent. Empty global id: none was given."""

    id: int
    global_id: str
    sent: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Issue:
    """`parent` is an issue id: a sub-task's task, or a task's epic. `security` is the
    name of a security level, and empty for an issue that has none."""

    id: int
    key: str
    project: str
    type: str
    status: str
    summary: str
    reporter: str
    created: int
    updated: int
    description: Body = ""
    assignee: str | None = None
    priority: str = "Medium"
    labels: tuple[str, ...] = ()
    parent: int | None = None
    sprints: tuple[int, ...] = ()
    points: float | None = None
    versions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    resolved: int | None = None
    due: str = ""
    security: str = ""
    custom: Mapping[str, Json] = field(default_factory=lambda: NO_VALUES)
    history: tuple[History, ...] = ()
    comments: tuple[Comment, ...] = ()
    worklogs: tuple[Worklog, ...] = ()
    remote_links: tuple[RemoteLink, ...] = ()
    viewers: frozenset[str] | None = None
