"""A file's bytes as they come."""

import errno
from collections.abc import Mapping
from io import RawIOBase
from typing import Any

import httpx

from sources.connectors.base import Unauthorized, Unavailable
from sources.http import Session
from sources.http.timed import DEADLINE

BLOCK = 256 * 1024
LONGEST = 24 * 3600.0  # seconds; a checkpoint may be large, and each read has its own limit
NOT_THERE = frozenset({400, 404, 500})  # 500: what a server says when its own store lacks it


class Download(RawIOBase):
    """A GET that is read bit by bit. A file that cannot be had is an OSError, so
    that it is a gap; a server that breaks off in the middle is Unavailable."""

    def __init__(
        self, client: httpx.Client, url: str, query: Mapping[str, str], session: Session
    ) -> None:
        self._session = session
        DEADLINE.start(LONGEST)
        limits = session.limits
        request = client.build_request(
            "GET",
            url,
            params=dict(query),
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
        )
        try:
            self._answer = client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise self._broken() from error
        self._blocks = self._answer.iter_bytes(BLOCK)
        self._rest = b""
        self._judge()

    def _judge(self) -> None:
        status = self._answer.status_code
        if status == 200:
            return
        self._answer.close()
        if status in NOT_THERE:
            raise FileNotFoundError(errno.ENOENT, f"the server cannot give it ({status})")
        if status in {401, 403}:
            raise Unauthorized(f"{self._session.name} refuses to give a file ({status}).")
        raise Unavailable(f"{self._session.name} answered {status} instead of a file.")

    def _broken(self) -> Unavailable:
        return Unavailable(f"{self._session.name} broke off in the middle of a file.")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        self._session.beat()
        if not self._rest:
            DEADLINE.start(LONGEST)
            try:
                self._rest = next(self._blocks, b"")
            except httpx.HTTPError as error:
                raise self._broken() from error
        given = self._rest[: len(target)]
        self._rest = self._rest[len(given) :]
        target[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._answer.close()
        super().close()
