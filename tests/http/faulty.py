"""A tiny server on loopback that misbehaves exactly as it is told to.

It answers from a script: one step a request, the last step for ever. A step
gets the raw connection, so that it can drip, lie about lengths and hang up.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

type Step = Callable[[socket.socket], None]


class Faulty:
    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.seen: list[bytes] = []
        self.open = True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.01)
        self.threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while self.open:
            with suppress(TimeoutError):
                connection, _ = self.listener.accept()
                self._start(self._answer, connection)

    def _start(self, task: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=task, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            self.seen.append(read_request(connection))
            step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
            step(connection)


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += received(connection)
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head.lower())
    while length and len(body) < int(length.group(1)):
        body += received(connection)
    return head + b"\r\n\r\n" + body


def received(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise ConnectionResetError("the client hung up")
    return part


@contextmanager
def faulty(*steps: Step) -> Iterator[Faulty]:
    server = Faulty(*steps)
    server._start(server.serve)
    try:
        yield server
    finally:
        server.open = False
        for thread in server.threads:
            thread.join(timeout=5)
        server.listener.close()


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Step:
    """A whole answer; `retry_after="1"` becomes `Retry-After: 1`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))} | named
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    head = f"HTTP/1.1 {status} Said\r\nConnection: close\r\n{lines}\r\n".encode()
    return lambda connection: connection.sendall(head + body)


def reset(connection: socket.socket) -> None:
    """Hang up without a word, as a crashed process does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def silent(connection: socket.socket) -> None:
    with suppress(TimeoutError):
        connection.settimeout(3)
        connection.recv(1)


def raw(whole: bytes) -> Step:
    return lambda connection: connection.sendall(whole)


def dripping(before: bytes, drop: bytes) -> Step:
    """Sends `drop` again and again, for ever, faster than any read limit."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(before)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            connection.sendall(drop)
            time.sleep(0.02)

    return drip
