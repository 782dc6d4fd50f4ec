"""One MLflow server: its address, how one logs in, and asking it."""

import base64
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.mlflow.address import API, plain_address
from sources.connectors.mlflow.downloads import Download
from sources.http import Budget, HttpxWire, Limits, Reply, Session, timed_client

LOOPBACK = ("127.0.0.1", "localhost", "::1")
REQUESTS = 20_000  # of one sync: histories and folders are asked for one by one

type Found = dict[str, Any]

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log each request, address and all


class NotGiven(Exception):
    """An answer that is not for us, or not there. Never leaves this connector."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"the server answers {status}{f': {words}' if words else ''}")
        self.status = status


class Site:
    """Asks one MLflow over its REST interface, as servers 2.x and 3.x have it.

    With a `user` the secret is a password, without one a bearer token; without
    a secret nothing is sent.
    """

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        secret: str = "",
        insecure: bool = False,
        limits: Limits | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.address = plain_address(address)
        if secret and not insecure:
            refuse_plain_http(self.address)
        self.user = user
        self.signed = bool(secret)
        self.client = timed_client(headers=login(user, secret))
        both = base64.b64encode(f"{user}:{secret}".encode()).decode()
        self.session = Session(
            HttpxWire(self.client),
            name=f"MLflow at {self.address}",
            limits=limits,
            budget=budget or Budget(requests=REQUESTS),
            secrets=(secret, both) if secret else (),
        )

    @property
    def name(self) -> str:
        return self.session.name

    def close(self) -> None:
        self.client.close()

    def get(
        self,
        path: str,
        query: Mapping[str, str | int | list[str]],
        *,
        answers: Collection[int] = (),
        root: str = API,
    ) -> Reply:
        """`value` is an object, unless the status is one of `answers`."""
        url = f"{self.address}{root}/{path}"
        return self._checked(self.session.json("GET", url, query=query, answers=answers), path)

    def search(self, path: str, body: Found, *, answers: Collection[int] = ()) -> Reply:
        url = f"{self.address}{API}/{path}"
        reply = self.session.json("POST", url, body=body, reading=True, answers=answers)
        return self._checked(reply, path)

    def _checked(self, reply: Reply, path: str) -> Reply:
        if reply.status < 300 and not isinstance(reply.value, dict):
            raise self._unlike(path)
        return reply

    def _unlike(self, path: str) -> Unavailable:
        return Unavailable(f"{self.name} answers {path} unlike an MLflow. Is the address right?")

    def run(self, run: str, *, answers: Collection[int]) -> Reply:
        """`value` is the run as MLflow tells it, unless the status is one of `answers`."""
        path = "runs/get"
        reply = self.get(path, {"run_id": run}, answers=answers)
        if reply.status in answers:
            return reply
        found = reply.value.get("run")
        if not isinstance(found, dict):
            raise self._unlike(path)
        return replace(reply, value=found)

    def pages(self, path: str, body: Found, *, answers: Collection[int] = ()) -> Iterator[Found]:
        """Each page of a search. One of `answers` is raised as NotGiven."""
        told = ""
        while True:
            asked = body | ({"page_token": told} if told else {})
            ask = self.get if path in READ_BY_GET else self.search
            reply = ask(path, asked, answers=answers)
            if reply.status in answers:
                raise NotGiven(reply.status, str(reply.value))
            yield reply.value
            before, told = told, reply.value.get("next_page_token") or ""
            if not told:
                return
            if told == before:
                raise Unavailable(f"{self.name} gives the same page of {path} again and again.")

    def download(self, path: str, query: Mapping[str, str]) -> Download:
        """A stream of bytes; the caller closes it."""
        self.session.beat()
        self.session.budget.spend_request(self.name)
        return Download(self.client, f"{self.address}{path}", query, self.session)


READ_BY_GET = frozenset({"registered-models/search", "model-versions/search"})


def login(user: str, secret: str) -> dict[str, str]:
    if not secret:
        return {}
    if not user:
        return {"Authorization": f"Bearer {secret}"}
    both = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {both}"}


def refuse_plain_http(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise Unauthorized(
            f"{parts.netloc} is plain http, where anyone between could read the secret. Use "
            "https, or allow plain http for this source."
        )
