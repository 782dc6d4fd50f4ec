"""Verbs on issues: create, edit, transition, move, delete, restrict."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from demo.jira.changes import changes, moved
from demo.jira.things import Change, History, Issue, IssueType, Project, Status
from demo.jira.truth import Truth
from demo.jira.verbs.refusals import Refused, not_found


class IssueVerbs(Truth):
    """Issues are named by id or key (old ones too), people by user name,
    types and statuses by name or id, versions by id, parents by id or key."""

    def need(self, word: str | int) -> Issue:
        """The issue, or the refusal that Jira gives."""
        found = self.issue(word)
        if found is None:
            raise not_found()
        return found

    def create(
        self, project: str, summary: str, *, by: str, kind: str = "Task", **values: Any
    ) -> Issue:
        """A new issue in the project's first status. Creating leaves no history."""
        with self.lock:
            home, now = self._need_project(project), self.now()
            issue = Issue(
                id=self.next_id("issue"),
                key=self.next_key(home),
                project=home.id,
                type=self._type(kind).id,
                status=next(iter(self.statuses)),
                summary=summary,
                reporter=values.pop("reporter", by),
                created=now,
                updated=now,
                **self._inward(values),
            )
            return self.put(issue)

    def edit(self, word: str | int, *, by: str, **values: Any) -> Issue:
        """Change values; one history entry for all of them, none for no change."""
        with self.lock:
            return self._rewrite(self.need(word), by, self._inward(values))

    def transition(self, word: str | int, status: str, *, by: str) -> Issue:
        """Move to a status; a done one sets the resolution, any other takes it away."""
        with self.lock:
            issue, target = self.need(word), self._status(status)
            lines = changes(self, "status", issue.status, target.id)
            done = target.category == "done"
            if done != (issue.resolved is not None):
                was, now = ("Done", None) if not done else (None, "Done")
                lines += changes(self, "resolution", was, now)
            resolved = (issue.resolved or self.now()) if done else None
            return self._record(replace(issue, status=target.id, resolved=resolved), by, lines)

    def move(self, word: str | int, project: str, *, by: str) -> Issue:
        """Into another project: a new key, the old ones go on resolving.

        Sub-tasks go along. Only the parent's history tells of a sprint, so
        theirs tells of nothing but the move.
        """
        with self.lock:
            issue, home = self.need(word), self._need_project(project)
            for child in sorted(self.children[issue.id]):
                if self.types[self.issues[child].type].level < 0:
                    self._move_one(self.issues[child], home, by)
            return self._move_one(issue, home, by)

    def delete(self, word: str | int) -> None:
        """The issue and its sub-tasks are gone; an epic's tasks only lose their parent."""
        with self.lock:
            issue = self.need(word)
            for child in [self.issues[number] for number in sorted(self.children[issue.id])]:
                if self.types[child.type].level < 0:
                    self.delete(child.id)
                else:
                    self.put(replace(child, parent=None))
            self.drop(issue)

    def restrict(self, word: str | int, *viewers: str) -> Issue:
        """Only these people see it from now on. `updated` stays: rights are no edit."""
        with self.lock:
            return self.put(replace(self.need(word), viewers=frozenset(viewers)))

    def unrestrict(self, word: str | int) -> Issue:
        """Everybody who sees the project sees the issue again."""
        with self.lock:
            return self.put(replace(self.need(word), viewers=None))

    def _rewrite(self, issue: Issue, by: str, values: dict[str, Any]) -> Issue:
        lines: list[Change] = []
        for name, value in values.items():
            if name == "custom":
                lines += self._custom_lines(issue, value)
            else:
                lines += changes(self, name, getattr(issue, name), value)
        if "custom" in values:
            values["custom"] = {**issue.custom, **values["custom"]}
        return self._record(replace(issue, **values), by, lines)

    def _record(self, issue: Issue, by: str, lines: Iterable[Change]) -> Issue:
        """Put the issue with a history entry, if there is anything to tell."""
        told = tuple(lines)
        if not told:
            return issue
        now = self.now()
        entry = History(self.next_id("history"), now, by, told)
        return self.put(replace(issue, updated=now, history=(*issue.history, entry)))

    def _move_one(self, issue: Issue, home: Project, by: str) -> Issue:
        key = self.next_key(home)
        lines = moved(self, issue.key, key)
        return self._record(replace(issue, key=key, project=home.id, versions=()), by, lines)

    def _custom_lines(self, issue: Issue, values: dict[str, Any]) -> list[Change]:
        return [
            Change(
                self.fields[name].name,
                name,
                None,
                _text(issue.custom.get(name)),
                None,
                _text(value),
            )
            for name, value in values.items()
            if issue.custom.get(name) != value
        ]

    def _inward(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values as an Issue keeps them: ids for names, tuples for lists."""
        readers: dict[str, Callable[[Any], Any]] = {
            "type": lambda word: self._type(word).id,
            "parent": lambda word: self.need(word).id,
            "labels": tuple,
            "sprints": tuple,
            "versions": tuple,
            "components": tuple,
        }
        return {
            name: readers[name](value) if name in readers and value is not None else value
            for name, value in values.items()
        }

    def _need_project(self, word: str) -> Project:
        found = self.project(word)
        if found is None:
            raise Refused(400, errors={"project": "valid project is required"})
        return found

    def _type(self, word: str) -> IssueType:
        for known in self.types.values():
            if word in (known.id, known.name):
                return known
        raise Refused(400, errors={"issuetype": "Specify a valid issue type"})

    def _status(self, word: str) -> Status:
        for known in self.statuses.values():
            if word in (known.id, known.name):
                return known
        raise Refused(400, f"There is no status '{word}'.")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
