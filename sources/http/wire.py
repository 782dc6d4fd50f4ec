"""The small seam: one exchange over requests or over httpx, in the same words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import requests
import urllib3

from sources.connectors.base import Beat
from sources.http.limits import MEGABYTE, Headers, Limits
from sources.http.lost import Lost, lost, slow
from sources.http.timed import DEADLINE, timed

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `repeatable`: asking twice changes nothing over there."""

    method: str
    url: str
    query: Mapping[str, str | int | list[str]] = field(default_factory=dict)
    body: Any = None  # sent as JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    answers: frozenset[int] = frozenset()  # error statuses that the caller wants to see


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, read whole. `value` is its JSON where JSON was asked for."""

    status: int
    headers: Headers
    body: bytes
    value: Any = None


class Wire(Protocol):
    """Carries one exchange: no retries, no redirects, whole body or Lost.

    `beat` is called with every MiB that has come.
    """

    def exchange(self, asked: Asked, limits: Limits, beat: Beat) -> Reply: ...


class RequestsWire:
    """Over a `requests.Session`, with that session's own headers and auth.

    `session.send` is called, not `session.request`: a subclass that retries or
    raises inside `request` (the jira package's) is thereby only a key ring.
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = timed(session)

    def exchange(self, asked: Asked, limits: Limits, beat: Beat) -> Reply:
        DEADLINE.start(limits.total)
        try:
            with self._send(asked, limits) as answer:
                body = gathered(_chunks(answer), limits, beat)
                return Reply(answer.status_code, Headers(answer.headers), body)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            raise lost(error, limits) from None

    def _send(self, asked: Asked, limits: Limits) -> requests.Response:
        session = self._session
        request = requests.Request(
            asked.method, asked.url, headers=asked.headers, params=asked.query, json=asked.body
        )
        prepared = session.prepare_request(request)
        settings = session.merge_environment_settings(
            asked.url, proxies={}, stream=True, verify=None, cert=None
        )
        return session.send(
            prepared, timeout=(limits.connect, limits.read), allow_redirects=False, **settings
        )


def _chunks(answer: requests.Response) -> Iterable[bytes]:
    """read1 gives what has come; read would wait, past the deadline, for more."""
    while chunk := answer.raw.read1(CHUNK, decode_content=True):
        yield chunk


class HttpxWire:
    """Over an httpx client made by `timed_client`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def exchange(self, asked: Asked, limits: Limits, beat: Beat) -> Reply:
        DEADLINE.start(limits.total)
        try:
            with self._client.stream(
                asked.method,
                asked.url,
                params=dict(asked.query) or None,
                json=asked.body,
                headers=dict(asked.headers),
                timeout=httpx.Timeout(limits.read, connect=limits.connect),
            ) as answer:
                body = gathered(answer.iter_bytes(), limits, beat)
                return Reply(answer.status_code, Headers(answer.headers), body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise lost(error, limits) from None


def gathered(chunks: Iterable[bytes], limits: Limits, beat: Beat) -> bytes:
    """The whole body, or Lost as soon as it is too big or too slow."""
    body, heard = bytearray(), 0
    for chunk in chunks:
        body += chunk
        if len(body) // MEGABYTE > heard:
            heard = len(body) // MEGABYTE
            beat()
        if len(body) > limits.body:
            size = limits.body / MEGABYTE
            raise Lost(f"sent more than {size:g} MB in one answer", passing=False)
        if DEADLINE.passed():
            raise slow(limits)
    return bytes(body)
