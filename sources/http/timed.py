"""Connections that end at a deadline, however slowly the other side drips.

A socket's own time limit starts anew with each byte. Here the limit of each
read is what is left until the deadline of the exchange under way.
"""

import http.client
import io
import socket
import threading
import time
from typing import Any

import httpcore
import httpx
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline(threading.local):
    """The moment when this thread's exchange must be over."""

    at: float = float("inf")

    def start(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then; a TimeoutError once they are gone."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline has passed")
        return seconds

    def passed(self) -> bool:
        return time.monotonic() >= self.at


DEADLINE = Deadline()


# ── requests ─────────────────────────────────────────────────────────────────


class _TimedReader(io.RawIOBase):
    """A socket's bytes, each read limited by what is left of the deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._pause = sock.gettimeout()
        self._bytes = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = DEADLINE.left()
        self._sock.settimeout(left if self._pause is None else min(self._pause, left))
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _TimedSocket:
    """The one method of a socket that http.client's response calls."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock))


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(_TimedSocket(sock), *args, **options)  # type: ignore[arg-type]


class _TimedHTTP(HTTPConnection):
    response_class = _TimedResponse


class _TimedHTTPS(HTTPSConnection):
    response_class = _TimedResponse


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _TimedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedHTTPS


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _HTTPPool, "https": _HTTPSPool}


class TimedAdapter(HTTPAdapter):
    """A `requests` adapter whose reads end at the deadline, also by a proxy."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def timed(session: requests.Session) -> requests.Session:
    """The same session; its connections now end at the deadline."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, TimedAdapter(max_retries=0))
    return session


# ── httpx ────────────────────────────────────────────────────────────────────


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            left = DEADLINE.left()
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        return self._stream.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(*args, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _TimedBackend(httpcore.SyncBackend):
    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _TimedStream(super().connect_tcp(*args, **options))


def timed_client(**options: Any) -> httpx.Client:
    """An httpx client whose reads end at the deadline. No redirects, no retries.

    httpx has no public way to hand its pool a network backend, hence the
    underscores; a test drips bytes at it, so an update cannot undo it silently.
    """
    transport = httpx.HTTPTransport(verify=options.pop("verify", True), retries=0)
    transport._pool._network_backend = _TimedBackend()
    return httpx.Client(transport=transport, follow_redirects=False, **options)
