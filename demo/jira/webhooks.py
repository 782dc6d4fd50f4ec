"""Webhooks of the practice Jira: told at least once, signed, and in no order to rely on.

As Atlassian's documents say: `X-Hub-Signature` over the raw body, the same
`X-Atlassian-Webhook-Identifier` in every retry, up to five retries after 408, 409,
425, 429, any 5xx or no answer. Only the pauses between them are shorter here.
"""

import hashlib
import hmac
import http.client
import json
import queue
import random
import uuid
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from demo.jira.render import agile
from demo.jira.render.issues import issue as rendered
from demo.jira.render.issues import wanted
from demo.jira.render.voice import Voice
from demo.jira.server import Practice
from demo.jira.things import Issue, Sprint

RETRIES = 5
AGAIN = {408, 409, 425, 429}
CONNECT = 5.0  # seconds; an answer may take twenty, but a test need not wait so long


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way."""

    event: str
    body: bytes
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))


class Webhooks:
    """One registered address. `with Webhooks(practice, url, secret=…)` sends until the end.

    `pause` is the seconds before a retry. `twice` tells everything twice, and
    `chance` shuffles what waits: both are allowed to any Jira. `sent` are the
    statuses of every attempt, 0 for no answer.
    """

    def __init__(
        self,
        practice: Practice,
        url: str,
        *,
        secret: str = "",
        pause: float = 0.2,
        twice: bool = False,
        chance: random.Random | None = None,
    ) -> None:
        self.practice = practice
        self.url = urlsplit(url)
        self.secret = secret
        self.pause = pause
        self.twice = twice
        self.chance = chance
        self.sent: list[int] = []
        self._waiting: queue.Queue[Delivery | None] = queue.Queue()
        self._thread = Thread(target=self._send_all, name="practice-webhooks")

    def __enter__(self) -> Self:
        self._thread.start()
        self.practice.state.listeners.append(self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """What waits is still sent, once."""
        self.practice.state.listeners.remove(self._note)
        self.pause = 0
        self._waiting.put(None)
        self._thread.join()

    def _note(self, event: str, thing: Issue | Sprint) -> None:
        delivery = Delivery(event, json.dumps(self._body(event, thing)).encode())
        for _ in range(2 if self.twice else 1):
            self._waiting.put(delivery)

    def _body(self, event: str, thing: Issue | Sprint) -> dict[str, Any]:
        state, cloud = self.practice.state, self.practice.mode == "cloud"
        teller = next(user for user in state.users.values() if user.active)
        voice = Voice(state, cloud, "3" if cloud else "2", self.practice.url, teller)
        told: dict[str, Any] = {"timestamp": state.now(), "webhookEvent": event}
        if isinstance(thing, Sprint):
            return told | {"sprint": agile.sprint(voice, thing)}
        if event == "jira:issue_deleted":
            return told | {"issue": {"id": str(thing.id), "key": thing.key}}
        return told | {"issue": rendered(voice, thing, wanted(voice, ["*all"], ()))}

    def _send_all(self) -> None:
        while (batch := self._next()) is not None:
            for delivery in batch:
                self._send(delivery)

    def _next(self) -> list[Delivery] | None:
        """What waits now; None at the end."""
        batch: list[Delivery] = []
        while not batch or not self._waiting.empty():
            delivery = self._waiting.get()
            if delivery is None:
                self._waiting.put(None)
                return batch or None
            batch.append(delivery)
        if self.chance:
            self.chance.shuffle(batch)
        return batch

    def _send(self, delivery: Delivery) -> None:
        for attempt in range(RETRIES + 1):
            status = self._post(delivery, attempt)
            self.sent.append(status)
            if status and status < 500 and status not in AGAIN:
                return
            if self.practice.stopping.wait(self.pause):
                return

    def _post(self, delivery: Delivery, attempt: int) -> int:
        headers = {
            "Content-Type": "application/json",
            "X-Atlassian-Webhook-Identifier": delivery.identifier,
            "X-Atlassian-Webhook-Flow": "Primary",
        }
        if attempt:
            headers["X-Atlassian-Webhook-Retry"] = str(attempt)
        if self.secret:
            made = hmac.new(self.secret.encode(), delivery.body, hashlib.sha256)
            headers["X-Hub-Signature"] = f"sha256={made.hexdigest()}"
        line = http.client.HTTPConnection(self.url.hostname or "", self.url.port, timeout=CONNECT)
        try:
            line.request("POST", self.url.path, body=delivery.body, headers=headers)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()
