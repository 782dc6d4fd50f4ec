"""Verbs on what issues live in: sprints, projects, fields, links, people."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from demo.jira.things import Field, Issue, Link, Project, Sprint, User
from demo.jira.truth import LINK_KINDS
from demo.jira.verbs.issues import IssueVerbs
from demo.jira.verbs.refusals import Refused


class SiteVerbs(IssueVerbs):
    """None of these but `add_to_sprint` touches an issue's `updated`."""

    def create_sprint(self, board: int, name: str, *, goal: str = "") -> Sprint:
        """A future sprint."""
        with self.lock:
            number = self.next_id("sprint")
            made = Sprint(number, board, name, goal=goal, created=self.now())
            self.sprints[number] = made
            self.tell("sprint_created", made)
            return made

    def start_sprint(self, number: int, *, days: int = 14) -> Sprint:
        """Active from now, for so many days unless it has an end already."""
        with self.lock:
            sprint, now = self.need_sprint(number), self.now()
            end = sprint.end or now + days * 86_400_000
            return self.edit_sprint(number, state="active", start=now, end=end)

    def close_sprint(self, number: int, *, by: str = "", next_sprint: int | None = None) -> Sprint:
        """Closed now. Open tasks go on to the next sprint, if one is named."""
        with self.lock:
            closed = self.edit_sprint(number, state="closed", complete=self.now())
            if next_sprint is not None:
                self.add_to_sprint(next_sprint, self._open_in(number), by=by)
            return closed

    def rename_sprint(self, number: int, name: str) -> Sprint:
        """A new name; histories keep the old one."""
        return self.edit_sprint(number, name=name)

    def edit_sprint(self, number: int, **values: Any) -> Sprint:
        """Change values of a sprint (name, goal, state, start, end, complete)."""
        with self.lock:
            changed = replace(self.need_sprint(number), **values)
            self.sprints[number] = changed
            self.version += 1
            self.tell("sprint_updated", changed)
            return changed

    def add_to_sprint(self, number: int, issues: Iterable[str | int], *, by: str) -> None:
        """A task leaves every sprint that is not closed and joins this one."""
        with self.lock:
            self.need_sprint(number)
            for issue in [self.need(word) for word in issues]:
                kept = self._closed(issue)
                self.edit(issue.id, by=by, sprints=(*kept, number))

    def take_from_sprints(self, issues: Iterable[str | int], *, by: str) -> None:
        """Back to the backlog: closed sprints stay, as Jira keeps them."""
        with self.lock:
            for issue in [self.need(word) for word in issues]:
                self.edit(issue.id, by=by, sprints=self._closed(issue))

    def need_sprint(self, number: int) -> Sprint:
        """The sprint, or the refusal that Jira gives."""
        if number not in self.sprints:
            raise Refused(404, f"Sprint with id {number} does not exist.")
        return self.sprints[number]

    def rename_project_key(self, key: str, new: str) -> Project:
        """Every issue's key changes, no `updated` does; old keys resolve."""
        with self.lock:
            project = self._need_project(key)
            self.old_project_keys[project.key] = project.id
            renamed = replace(project, key=new)
            self.projects[project.id] = renamed
            for issue in [one for one in self.issues.values() if one.project == project.id]:
                del self.keys[issue.key]  # it resolves by way of the project's old key
                self.put(replace(issue, key=f"{new}-{issue.key.rpartition('-')[2]}"))
            return renamed

    def restrict_project(self, key: str, *viewers: str) -> Project:
        """Only these people see the project from now on (none: nobody does)."""
        return self._set_viewers(key, frozenset(viewers))

    def unrestrict_project(self, key: str) -> Project:
        """Everybody sees the project again."""
        return self._set_viewers(key, None)

    def rename_field(self, field_id: str, name: str) -> Field:
        """As an administrator does, or a translation."""
        with self.lock:
            self.fields[field_id] = replace(self.fields[field_id], name=name)
            return self.fields[field_id]

    def link(self, kind: str, source: str | int, target: str | int) -> Link:
        """`source` blocks, duplicates, ... `target`."""
        with self.lock:
            if kind not in LINK_KINDS:
                raise Refused(404, f"No issue link type with name '{kind}' found.")
            ends = self.need(source).id, self.need(target).id
            return self.join(Link(self.next_id("link"), kind, *ends))

    def close_account(self, name: str) -> User:
        """What is left of a person who asked to be forgotten."""
        with self.lock:
            gone = replace(
                self.users[name], display="Former user", email="", token="", active=False
            )
            self.users[name] = gone
            return gone

    def _set_viewers(self, key: str, viewers: frozenset[str] | None) -> Project:
        with self.lock:
            changed = replace(self._need_project(key), viewers=viewers)
            self.projects[changed.id] = changed
            self.version += 1
            return changed

    def _closed(self, issue: Issue) -> tuple[int, ...]:
        return tuple(one for one in issue.sprints if self.sprints[one].state == "closed")

    def _open_in(self, sprint: int) -> list[int]:
        return [
            issue.id
            for issue in self.issues.values()
            if sprint in issue.sprints and self.statuses[issue.status].category != "done"
        ]
