"""What we may want of an issue: remote links, labels, a status, a sub-task.

Each knows what it would send, and how to have its effect exactly once. `since`
is when an earlier try may have reached Jira; None: none can have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sources.connectors.jira.site import Record, account_id
from sources.connectors.jira.values import instant
from sources.connectors.jira.writes.pen import Pen
from sources.connectors.jira.writes.words import Text, body
from sources.connectors.writing import Conflict, Declined, Effect, Request

SKEW = timedelta(minutes=2)  # Jira's clock and ours


class Wish(Protocol):
    """`issue` is an issue's id, so that a move or a new key does no harm. Requests are
    below /rest/api/{3 or 2}/."""

    def request(self, issue: str, *, cloud: bool) -> Request: ...

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect: ...


@dataclass(frozen=True, slots=True)
class Link:
    """A link out of Jira. Its global id makes it one, however often it is sent;
    what is not told is emptied over there, so all of it is told each time."""

    global_id: str
    url: str
    title: str
    summary: str = ""
    relationship: str = ""
    application: str = "Labledger"
    resolved: bool = False

    def request(self, issue: str, *, cloud: bool) -> Request:
        sent = {
            "globalId": self.global_id,
            "application": {"type": "labledger", "name": self.application},
            "relationship": self.relationship,
            "object": {
                "url": self.url,
                "title": self.title,
                "summary": self.summary,
                "status": {"resolved": self.resolved},
            },
        }
        return Request("POST", f"issue/{issue}/remotelink", sent)

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        asked = self.request(issue, cloud=pen.cloud)
        told = pen.post(asked.path, asked.body)
        return Effect(id=text(told, "id"), found=since is not None)


@dataclass(frozen=True, slots=True)
class Unlink:
    """Takes a link out of Jira away; one that is gone stays gone."""

    global_id: str

    def request(self, issue: str, *, cloud: bool) -> Request:
        return Request("DELETE", f"issue/{issue}/remotelink?globalId={self.global_id}")

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        pen.delete(f"issue/{issue}/remotelink", globalId=self.global_id)
        return Effect()


@dataclass(frozen=True, slots=True)
class Labels:
    """Adding what is there, and removing what is not, changes nothing."""

    add: Sequence[str] = ()
    remove: Sequence[str] = ()

    def request(self, issue: str, *, cloud: bool) -> Request:
        steps = [{"add": label} for label in self.add]
        steps += [{"remove": label} for label in self.remove]
        return Request("PUT", f"issue/{issue}", {"update": {"labels": steps}})

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        asked = self.request(issue, cloud=pen.cloud)
        pen.put(asked.path, asked.body)
        return Effect()


@dataclass(frozen=True, slots=True)
class Move:
    """To a status, by its name. Which transition leads there is asked each time:
    their ids belong to a workflow, and to where the issue is now. In a status other than
    those `known` it is where others put it: Conflict. Empty: nobody knows."""

    status: str
    known: Sequence[str] = ()

    def request(self, issue: str, *, cloud: bool) -> Request:
        sent = {"transition": {"id": f"(the transition to {self.status})"}}
        return Request("POST", f"issue/{issue}/transitions", sent)

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        """There already is done. So is what our own earlier try has moved, though
        somebody moved it on since: it must not be moved twice."""
        now = pen.get(f"issue/{issue}", fields="status", expand="changelog")
        if self._is_there(now) or (since is not None and self._was_ours(pen, now, since)):
            return Effect(found=True)
        self._demand_known(now)
        known = pen.site.rows(pen.get(f"issue/{issue}/transitions"), "transitions", "transitions")
        way = next((one for one in known if same(text(one, "to", "name"), self.status)), None)
        if way is None:
            raise Declined(self._no_way(now, known))
        sent = {"transition": {"id": text(way, "id")}}
        pen.post_once(f"issue/{issue}/transitions", sent)
        return Effect()

    def _demand_known(self, issue: Record) -> None:
        here = text(issue, "fields", "status", "name")
        if self.known and not any(same(here, one) for one in self.known):
            raise Conflict(
                f"It is now in {here}, no longer in {self.known[0]}. "
                f"Send it again to move it to {self.status} all the same.",
                seen=here,
            )

    def _is_there(self, issue: Record) -> bool:
        return same(text(issue, "fields", "status", "name"), self.status)

    def _was_ours(self, pen: Pen, issue: Record, since: datetime) -> bool:
        ours, _ = pen.who()
        entries = part(issue, "changelog", "histories")
        return any(
            self._tells(entry) and account_id(part(entry, "author") or {}) == ours
            for entry in (entries if isinstance(entries, list) else ())
            if (at := instant(entry.get("created"))) is not None and at >= since - SKEW
        )

    def _tells(self, entry: Record) -> bool:
        return any(
            line.get("field") == "status" and same(text(line, "toString"), self.status)
            for line in entry.get("items") or ()
        )

    def _no_way(self, issue: Record, known: Sequence[Record]) -> str:
        here = text(issue, "fields", "status", "name")
        names = ", ".join(dict.fromkeys(text(one, "to", "name") for one in known))
        return f"No transition leads from {here} to {self.status}; there is one to: {names or '–'}."


@dataclass(frozen=True, slots=True)
class Subtask:
    """A new sub-task of the issue. Jira takes no word that would make a second
    try the same one, so a label of its own does; it is looked for below the
    parent, which is told at once, while search lags.
    """

    project: str
    kind: str
    summary: str
    text: Text
    labels: Sequence[str]
    mark: str

    def request(self, issue: str, *, cloud: bool) -> Request:
        return Request("POST", "issue", self._sent(issue, {"name": self.kind}, cloud=cloud))

    def _sent(self, issue: str, kind: Record, *, cloud: bool) -> Record:
        fields = {
            "project": {"id": self.project},
            "parent": {"id": issue},
            "issuetype": kind,
            "summary": self.summary,
            "description": body(self.text, cloud=cloud),
            "labels": [*self.labels, self.mark],
        }
        return {"fields": fields}

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        if since is not None and (made := self._made(pen, issue)):
            return made
        told = pen.post_once("issue", self._sent(issue, self._kind(pen), cloud=pen.cloud))
        return Effect(id=text(told, "id"), key=text(told, "key"))

    def _kind(self, pen: Pen) -> Record:
        """The type's id: projects may each have types of their own by the same name."""
        key = "issueTypes" if pen.cloud else "values"
        path = f"issue/createmeta/{self.project}/issuetypes"
        known = [one for one in pen.pages(path, key) if part(one, "subtask") is True]
        for one in known:
            if same(text(one, "name"), self.kind):
                return {"id": text(one, "id")}
        names = ", ".join(text(one, "name") for one in known) or "none"
        raise Declined(f"Its project has no sub-task type {self.kind}; it has: {names}.")

    def _made(self, pen: Pen, issue: str) -> Effect | None:
        home = pen.get(f"issue/{issue}", fields="subtasks")
        listed = part(home, "fields", "subtasks")
        for one in reversed(listed if isinstance(listed, list) else []):
            told = pen.get(f"issue/{text(one, 'id')}", fields="labels")
            if self.mark in (part(told, "fields", "labels") or ()):
                return Effect(id=text(one, "id"), key=text(one, "key"), found=True)
        return None


def part(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def text(value: Any, *names: str) -> str:
    found = part(value, *names)
    return str(found) if isinstance(found, str | int) else ""


def same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
