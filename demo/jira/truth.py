"""The tables of a practice Jira, and the ways to look something up in them."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from threading import RLock

from demo.jira.index import SearchIndex
from demo.jira.things import (
    Board,
    Field,
    Issue,
    IssueType,
    Link,
    Project,
    Sprint,
    Status,
    User,
    Worklog,
)

STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "In Review", "indeterminate"),
    Status("10002", "Done", "done"),
)
TYPES = (
    IssueType("10000", "Epic", 1),
    IssueType("10001", "Story"),
    IssueType("10002", "Task"),
    IssueType("10003", "Bug"),
    IssueType("10004", "Sub-task", -1),
    IssueType("10005", "Hypothesis", -1),
)
FIELDS = (
    Field("customfield_10016", "Story Points", "points"),
    Field("customfield_10020", "Sprint", "sprint"),
    Field("customfield_10014", "Epic Link", "epic-link"),
)
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
LINK_KINDS = {
    "Blocks": ("blocks", "is blocked by"),
    "Relates": ("relates to", "relates to"),
    "Duplicate": ("duplicates", "is duplicated by"),
    "Cloners": ("clones", "is cloned by"),
}
FIRST_IDS = {
    "project": 10000,
    "version": 10000,
    "status": 10100,
    "type": 10100,
    "board": 1,
    "sprint": 1,
    "issue": 10001,
    "history": 20001,
    "comment": 30001,
    "worklog": 40001,
    "link": 50001,
    "remote link": 60001,
}


class Truth:
    """What is so. Hold `lock` while reading more than one thing.

    `put` and `drop` are the only ways an issue changes: they keep the keys,
    the children and the search index in step.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.ahead = 0  # milliseconds that this Jira's clock runs before ours
        self.index = SearchIndex()
        self.version = 0
        self.users: dict[str, User] = {}
        self.statuses: dict[str, Status] = {}
        self.types: dict[str, IssueType] = {}
        self.fields: dict[str, Field] = {}
        self.projects: dict[str, Project] = {}
        self.boards: dict[int, Board] = {}
        self.sprints: dict[int, Sprint] = {}
        self.issues: dict[int, Issue] = {}
        self.links: dict[int, Link] = {}
        self.keys: dict[str, int] = {}  # every key an issue was moved from, and today's
        self.old_project_keys: dict[str, str] = {}
        self.children: defaultdict[int, set[int]] = defaultdict(set)
        self.links_of: defaultdict[int, set[int]] = defaultdict(set)
        self.worklog_homes: dict[int, int] = {}
        self.worklogs_gone: list[tuple[int, int]] = []  # (when, worklog id)
        self.listeners: list[Callable[[str, Issue | Sprint], None]] = []
        self._last_ids = Counter({kind: first - 1 for kind, first in FIRST_IDS.items()})
        self._last_numbers: Counter[str] = Counter()  # by project id

    def now(self) -> int:
        """This Jira's clock, in epoch milliseconds."""
        return int(time.time() * 1000) + self.ahead

    def next_id(self, kind: str) -> int:
        """An id that no other thing of this kind has or had."""
        self._last_ids[kind] += 1
        return self._last_ids[kind]

    def used_id(self, kind: str, number: int) -> int:
        """Remember an id that a seed gave, so that `next_id` goes past it."""
        self._last_ids[kind] = max(self._last_ids[kind], number)
        return number

    def next_key(self, project: Project) -> str:
        """The key of the project's next issue."""
        self._last_numbers[project.id] += 1
        return f"{project.key}-{self._last_numbers[project.id]}"

    def put(self, issue: Issue) -> Issue:
        """Make this the truth about the issue."""
        before = self.issues.get(issue.id)
        if before is not None and before.parent is not None:
            self.children[before.parent].discard(issue.id)
        if issue.parent is not None:
            self.children[issue.parent].add(issue.id)
        self.issues[issue.id] = issue
        self._remember_key(issue)
        self.worklog_homes.update((work.id, issue.id) for work in issue.worklogs)
        self._changed(issue.id, issue)
        if before is None or before.updated != issue.updated:  # rights and keys tell nothing
            self.tell("jira:issue_updated" if before else "jira:issue_created", issue)
        return issue

    def drop(self, issue: Issue) -> None:
        """The issue and its links are gone; its keys resolve to nothing."""
        del self.issues[issue.id]
        self.keys = {key: home for key, home in self.keys.items() if home != issue.id}
        for link_id in list(self.links_of[issue.id]):
            self.unlink(link_id)
        if issue.parent is not None:
            self.children[issue.parent].discard(issue.id)
        for work in issue.worklogs:
            del self.worklog_homes[work.id]
        self._changed(issue.id, None)
        self.tell("jira:issue_deleted", issue)

    def tell(self, event: str, thing: Issue | Sprint) -> None:
        """Whoever listens (the webhooks) hears of a change at once, under the lock."""
        for listener in self.listeners:
            listener(event, thing)

    def join(self, link: Link) -> Link:
        """Add an issue link."""
        self.links[link.id] = link
        for end in (link.source, link.target):
            self.links_of[end].add(link.id)
        self.version += 1
        return link

    def unlink(self, link_id: int) -> None:
        """Take an issue link away."""
        link = self.links.pop(link_id)
        for end in (link.source, link.target):
            self.links_of[end].discard(link_id)
        self.version += 1

    def issue(self, word: str | int) -> Issue | None:
        """By id, by key in any case, or by a key that it or its project once had."""
        text = str(word).upper()
        issue_id = int(text) if text.isdecimal() else self.keys.get(text)
        if issue_id is None:
            issue_id = self.keys.get(self._renamed(text), 0)
        return self.issues.get(issue_id)

    def project(self, word: str) -> Project | None:
        """By id, by key in any case, or by a key it once had."""
        if word in self.projects:
            return self.projects[word]
        key = word.upper()
        named = (found for found in self.projects.values() if found.key.upper() == key)
        return next(named, None) or self.projects.get(self.old_project_keys.get(key, ""))

    def field(self, kind: str) -> Field | None:
        """The first custom field of a kind; points are kept by an `estimate`, too."""
        kinds = ("points", "estimate") if kind == "points" else (kind,)
        return next((known for known in self.fields.values() if known.kind in kinds), None)

    def worklog(self, worklog_id: int) -> tuple[Issue, Worklog] | None:
        """A worklog and the issue it is on."""
        home = self.issues.get(self.worklog_homes.get(worklog_id, 0))
        if home is None:
            return None
        return next((home, work) for work in home.worklogs if work.id == worklog_id)

    def sprints_of(self, issue: Issue) -> tuple[int, ...]:
        """A sub-task is in its parent's sprints, and in none of its own."""
        if self.types[issue.type].level >= 0 or issue.parent is None:
            return issue.sprints
        parent = self.issues.get(issue.parent)
        return parent.sprints if parent else ()

    def visible_project(self, project: Project, viewer: str | None) -> bool:
        """Whether the person may know that the project exists. Strangers may not."""
        return viewer is not None and (project.viewers is None or viewer in project.viewers)

    def visible(self, issue: Issue, viewer: str | None) -> bool:
        """Whether the person may see the issue, as restrictions stand now."""
        current = self.issues.get(issue.id, issue)
        if current.viewers is not None and viewer not in current.viewers:
            return False
        return self.visible_project(self.projects[current.project], viewer)

    def visible_issues(self, viewer: str | None) -> Iterator[Issue]:
        """Every issue that the person may see."""
        return (issue for issue in self.issues.values() if self.visible(issue, viewer))

    def _renamed(self, key: str) -> str:
        """The key of today for one from before its project's key changed."""
        old, _, number = key.rpartition("-")
        project = self.projects.get(self.old_project_keys.get(old, ""))
        return f"{project.key}-{number}" if project else ""

    def _remember_key(self, issue: Issue) -> None:
        self.keys[issue.key] = issue.id
        number = int(issue.key.rpartition("-")[2])
        last = self._last_numbers
        last[issue.project] = max(last[issue.project], number)

    def _changed(self, issue_id: int, issue: Issue | None) -> None:
        self.version += 1
        self.index.note(issue_id, issue, self.now())
