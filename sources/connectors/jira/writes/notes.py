"""Comments and worklogs: a link of their own in the text tells them from all others."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sources.connectors.jira import richtext
from sources.connectors.jira.site import Record
from sources.connectors.jira.writes.pen import Pen
from sources.connectors.jira.writes.wishes import part, text
from sources.connectors.jira.writes.words import Text, body
from sources.connectors.writing import Conflict, Effect, Request

CHANGED = (
    "Somebody has changed this comment in Jira since it was written from here. Send it "
    "again to write over their words, or change it into a new comment."
)


def digest(words: object) -> str:
    """Of a body's words, whatever the blanks between them."""
    return hashlib.sha256(" ".join(richtext.text(words).split()).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment that is kept up to date. `held` is the id of the one there is;
    where that was deleted in Jira, a new one is made. `mark` is an address in the
    text that no other comment has. `known` are digests of what we left there: with
    other words somebody changed it, and that is a Conflict. Empty: nobody knows.
    """

    text: Text
    mark: str
    held: str = ""
    known: Sequence[str] = ()

    def request(self, issue: str, *, cloud: bool) -> Request:
        sent = {"body": body(self.text, cloud=cloud)}
        if self.held:
            return Request("PUT", f"issue/{issue}/comment/{self.held}", sent)
        return Request("POST", f"issue/{issue}/comment", sent)

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        if self.held and (kept := self._kept(pen, issue)):
            return kept
        if since is not None and (made := self._made(pen, issue)):
            return self._as_wanted(pen, issue, made)
        sent = {"body": body(self.text, cloud=pen.cloud)}
        told = pen.post_once(f"issue/{issue}/comment", sent)
        return Effect(id=text(told, "id"), seen=self._seen(told, sent))

    def _kept(self, pen: Pen, issue: str) -> Effect | None:
        """None when there is no such comment any more. Between looking and writing
        somebody may still change it: Jira has no way to forbid that."""
        there = pen.find(f"issue/{issue}/comment/{self.held}")
        if there is None:
            return None
        now = digest(part(there, "body"))
        if now == digest(body(self.text, cloud=pen.cloud)):
            return Effect(id=self.held, found=True, seen=now)
        if self.known and now not in self.known:
            raise Conflict(CHANGED, seen=now)
        return self._edited(pen, issue, self.held)

    def _edited(self, pen: Pen, issue: str, number: str) -> Effect | None:
        """None when there is no such comment any more."""
        sent = {"body": body(self.text, cloud=pen.cloud)}
        reply = pen.put(f"issue/{issue}/comment/{number}", sent, answers={404})
        gone = reply.status == 404
        return None if gone else Effect(id=number, seen=self._seen(reply.value, sent))

    def _seen(self, told: Any, sent: Record) -> str:
        """As Jira keeps it, where it says so."""
        return digest(part(told, "body") or sent["body"])

    def _made(self, pen: Pen, issue: str) -> Record | None:
        listed = pen.pages(f"issue/{issue}/comment", "comments", orderBy="-created")
        return next((one for one in listed if self.mark in richtext.links(one.get("body"))), None)

    def _as_wanted(self, pen: Pen, issue: str, made: Record) -> Effect:
        """The earlier try's words may have been mended since."""
        number, wanted = text(made, "id"), digest(body(self.text, cloud=pen.cloud))
        if digest(made.get("body")) != wanted:
            self._edited(pen, issue, number)
        return Effect(id=number, found=True, seen=wanted)


@dataclass(frozen=True, slots=True)
class Worklog:
    """Time that somebody spent."""

    seconds: int
    started: datetime
    text: Text
    mark: str

    def request(self, issue: str, *, cloud: bool) -> Request:
        return Request("POST", f"issue/{issue}/worklog", self._sent(cloud=cloud))

    def apply(self, pen: Pen, issue: str, since: datetime | None) -> Effect:
        if since is not None and (number := self._made(pen, issue)):
            return Effect(id=number, found=True)
        told = pen.post_once(f"issue/{issue}/worklog", self._sent(cloud=pen.cloud))
        return Effect(id=text(told, "id"))

    def _sent(self, *, cloud: bool) -> dict[str, Any]:
        began = self.started
        zone = f"{began:%z}" or "+0000"
        return {
            "timeSpentSeconds": self.seconds,
            "started": f"{began:%Y-%m-%dT%H:%M:%S}.{began.microsecond // 1000:03d}{zone}",
            "comment": body(self.text, cloud=cloud),
        }

    def _made(self, pen: Pen, issue: str) -> str:
        for one in pen.pages(f"issue/{issue}/worklog", "worklogs"):
            if self.mark in richtext.links(one.get("comment")):
                return text(one, "id")
        return ""
