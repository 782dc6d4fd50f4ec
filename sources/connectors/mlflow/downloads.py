"""A file's bytes as they come."""

import errno
from collections.abc import Mapping
from datetime import UTC, datetime
from io import RawIOBase
from typing import Any

import httpx

from sources.connectors.base import Unauthorized, Unavailable
from sources.http import Headers, Session
from sources.http.timed import DEADLINE
from sources.http.waits import after, asked_wait

BLOCK = 256 * 1024
LATER = frozenset({429, 503})


class Download(RawIOBase):
    """A GET that is read bit by bit; each piece has a limit, the whole has none.

    A file that cannot be had while its server is well is an OSError, so that it
    is a gap and the rest is read. Whether it is well, it is asked; a server
    that gives no sign of life is Unavailable.
    """

    def __init__(
        self, client: httpx.Client, url: str, query: Mapping[str, str], session: Session
    ) -> None:
        self._session = session
        self._answer: httpx.Response | None = None
        self._alive = f"{httpx.URL(url).copy_with(path='/health', query=None)}"
        limits = session.limits
        DEADLINE.start(limits.total)
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        request = client.build_request("GET", url, params=dict(query) or None, timeout=timeout)
        try:
            self._answer = client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise self._failure() from error
        self._blocks = self._answer.iter_bytes(BLOCK)
        self._rest = b""
        self._judge(self._answer)

    def _judge(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status == 200:
            return
        headers = Headers(answer.headers)
        answer.close()
        if status == 401:
            raise Unauthorized(f"{self._session.name} wants another login to give a file (401).")
        if status in LATER:
            now = datetime.now(UTC)
            wait = asked_wait(headers, now)
            retry_at = None if wait is None else after(now, wait)
            words = f"{self._session.name} answered {status} instead of a file."
            raise Unavailable(words, retry_at=retry_at)
        raise FileNotFoundError(errno.ENOENT, f"the server cannot give it ({status})")

    def _failure(self) -> OSError:
        accepted = frozenset(range(400, 600)) | {200}
        self._session.json("GET", self._alive, answers=accepted)
        return OSError(errno.EIO, "the server broke off in the middle of it")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        self._session.beat()
        if not self._rest:
            DEADLINE.start(self._session.limits.total)
            try:
                self._rest = next(self._blocks, b"")
            except httpx.HTTPError as error:
                raise self._failure() from error
        given = self._rest[: len(target)]
        self._rest = self._rest[len(given) :]
        target[: len(given)] = given
        return len(given)

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()
        super().close()
