"""Writing to MLflow: which tasks a run belongs to, as one tag of it that we own.

The tag is read first and written as it shall be, so it has its effect once, however
often it is tried, and a try that may have arrived is found again by the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sources.connectors.base import Beat, Trouble, Unauthorized, Unavailable, no_beat
from sources.connectors.mlflow.address import API
from sources.connectors.mlflow.listing import is_gone
from sources.connectors.mlflow.site import Site
from sources.connectors.mlflow.tags import LONGEST_READ, TASKS, tasks_of
from sources.connectors.mlflow.values import pairs
from sources.connectors.writing import JUDGED, LIMITS, Declined, Effect, Request, busy
from sources.http import Limits, Reply

NO_WORDS = "MLflow gives no reason"


class Tagger:
    """Writes with the source's own login. Raises Declined (or its parent Unauthorized),
    Busy or Unavailable; after a plain Unavailable nobody knows whether it arrived.

    `going` is called right before a request that changes something, `beat` before
    every one. What they raise ends the try.
    """

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        secret: str = "",
        insecure: bool = False,
        limits: Limits = LIMITS,
        going: Beat = no_beat,
        beat: Beat = no_beat,
    ) -> None:
        self.site = Site(address, user=user, secret=secret, insecure=insecure, limits=limits)
        self.site.session.beat = beat
        self.going = going

    def __enter__(self) -> "Tagger":
        return self

    def __exit__(self, *_: object) -> None:
        self.site.close()

    def who(self) -> str:
        """In words, for MLflow tells nobody whose token it is."""
        if self.site.user:
            return f"the source's user {self.site.user}"
        return "the source's token" if self.site.signed else "no login, for it asks for none"

    def tag(self, run: str) -> str | None:
        """Our tag of a run as it is now; None: it has none. Declined when there is no
        such run, or it is not for this account."""
        reply = self.site.run(run, answers=JUDGED)
        if reply.status in JUDGED:
            raise self.trouble(reply)
        kept = reply.value.get("data") or {}
        return pairs(kept.get("tags")).get(TASKS)

    def change(self, asked: Request) -> Reply:
        self.going()
        url = f"{self.site.address}{API}/{asked.path}"
        return self.site.session.json(asked.method, url, body=asked.body, answers=JUDGED)

    def trouble(self, reply: Reply) -> Trouble:
        words = str(reply.value or "").rstrip(".") or NO_WORDS
        if reply.status == 429:
            return busy(reply, self.site.name)
        if reply.status == 401:
            return Unauthorized(
                f"{self.site.name} does not take this login (401): {words}. Store another."
            )
        if reply.status == 409:
            return Unavailable(f"{self.site.name} was changing the run just then: {words}.")
        return Declined(f"{words} ({reply.status})")


@dataclass(frozen=True, slots=True)
class TaskTag:
    """A task's key in the tag of a run, or out of it; others' keys stay. `remove` are
    all keys that the task ever had."""

    run: str
    add: str = ""
    remove: Sequence[str] = ()

    def request(self, now: str | None = None) -> Request:
        """What is sent while the tag is so; None: it is not there."""
        wanted = self.wanted(now)
        if not wanted:
            return Request("POST", "runs/delete-tag", {"run_id": self.run, "key": TASKS})
        body: dict[str, Any] = {"run_id": self.run, "key": TASKS, "value": wanted}
        return Request("POST", "runs/set-tag", body)

    def wanted(self, now: str | None) -> str:
        gone = {name.upper() for name in self.remove}
        held = [key for key in tasks_of(now or "") if key.upper() not in gone]
        added = [self.add] if self.add and self.add.upper() not in map(str.upper, held) else []
        return ", ".join([*held, *added])

    def apply(self, tagger: Tagger) -> Effect:
        now = tagger.tag(self.run)
        wanted = self.wanted(now)
        if len(now or "") > LONGEST_READ:  # keys may stand behind: writing would erase them
            raise Declined(
                f"The run's tag {TASKS} is longer than the {LONGEST_READ:,} characters that "
                "are read of it. Take tasks out of it in MLflow first"
            )
        if tasks_of(wanted) == tasks_of(now or ""):
            return Effect(found=True)
        if len(wanted) > LONGEST_READ:
            raise Declined(
                f"The run's tag {TASKS} would be longer than the {LONGEST_READ:,} characters "
                "that are read again. Take tasks out of it in MLflow first"
            )
        reply = tagger.change(self.request(now))
        if is_gone(reply) and not wanted and tagger.tag(self.run) is None:
            return Effect(found=True)  # somebody was quicker
        if reply.status in JUDGED:
            raise tagger.trouble(reply)
        return Effect()
