"""The practice Jira on a loopback port."""

import json
import socket
import struct
import sys
from collections import Counter
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self, cast

from demo.jira.desk import Desk, Mode
from demo.jira.faults import Fault, Faults, from_json
from demo.jira.state import State
from demo.jira.web import Reply

CONTROL = "/__practice__/"
LOGIN_PAGE = b"<!DOCTYPE html><html><title>Log in</title><p>Please log in.</p></html>"
BROWSE = "/browse/"
BROWSE_PAGE = (
    b'<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width">'
    b"<title>Practice Jira</title><h1>This is the practice Jira</h1>"
    b"<p>It answers programs, as Jira does, and has no pages for people. "
    b"With a Jira of your own, this address is the task's page there.</p></html>"
)
GARBAGE = b"\x00\xff{]not json"
QUOTA_HEADERS = {"X-RateLimit-Limit": "350", "X-RateLimit-Remaining": "0"}
UNANSWERED = ("reset", "lost")


class Underway:
    """Requests that are being answered."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1


class Practice:
    """A running practice Jira. `with Practice(state) as jira:` starts and stops it.

    `url` is where it listens; `requests` counts calls by method and route;
    `faults` breaks the next ones; `state` is the truth, to be changed at will;
    `underway.most` is how many requests were being answered at one time.
    """

    def __init__(self, state: State, *, mode: Mode = "cloud", port: int = 0) -> None:
        self.state = state
        self.mode = mode
        self.faults = Faults()
        self.stopping = Event()
        self.underway = Underway()
        self.desk = Desk(state, mode)
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="practice-jira")
        self.desk.base = self.url

    @property
    def url(self) -> str:
        """http://127.0.0.1:port"""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> Counter[str]:
        """How often which route was called ("GET /rest/api/{api}/myself")."""
        return self.desk.requests

    def start(self) -> Self:
        """Listen, in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hang up on everybody and free the port."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], practice: Practice) -> None:
        super().__init__(address, _Handler)
        self.practice = practice
        self.connections: set[socket.socket] = set()

    def hang_up(self) -> None:
        """Wake every thread that waits for a next request or for a slow reader."""
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was quicker
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no error; all else is told on stderr."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body leave together: no wait for an acknowledgement
    disable_nagle_algorithm = True
    server_version = "PracticeJira"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self.practice = cast(_Server, self.server).practice
        cast(_Server, self.server).connections.add(self.connection)

    def finish(self) -> None:
        cast(_Server, self.server).connections.discard(self.connection)
        super().finish()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the counts of `requests` are the log."""

    def answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(CONTROL):
            self._send(*_encoded(self._control(raw)))
            return
        if self.command == "GET" and self.path.startswith(BROWSE):
            self._send(Reply(), BROWSE_PAGE, kind="text/html;charset=UTF-8")
            return
        self.practice.desk.count(self.command, self.path)
        fault = self.practice.faults.take(self.command, self.path.partition("?")[0])
        with self.practice.underway:
            if fault is None:
                self._send(*_encoded(self._answer(raw)))
            else:
                self._break(fault, raw)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  (http.server looks for these)

    def _answer(self, raw: bytes, *, stranger: bool = False) -> Reply:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.practice.desk.answer(self.command, self.path, headers, raw, stranger=stranger)

    def _control(self, raw: bytes) -> Reply:
        name, faults = self.path.removeprefix(CONTROL), self.practice.faults
        if name == "requests":
            return Reply(dict(self.practice.requests))
        if name != "faults":
            return Reply({"error": "there is /__practice__/faults and .../requests"}, 404)
        if self.command == "DELETE":
            faults.clear()
        if self.command == "POST":
            try:
                faults.add(**from_json(raw))
            except (ValueError, TypeError) as error:
                return Reply({"error": str(error)}, 400)
        return Reply(faults.told())

    def _break(self, fault: Fault, raw: bytes) -> None:
        refused = _refusal(fault, self.practice.state.now())
        if fault.kind in ("lost", "lost-status"):
            self._answer(raw)
        if fault.kind in UNANSWERED:
            self._reset()
        elif refused is not None:
            self._send(*_encoded(refused))
        else:
            self._mangle(fault, *_encoded(self._answer(raw, stranger=fault.kind == "anonymous")))

    def _mangle(self, fault: Fault, reply: Reply, body: bytes) -> None:
        match fault.kind:
            case "garbage":
                self._send(Reply(), GARBAGE)
            case "html":
                self._send(Reply(), LOGIN_PAGE, kind="text/html;charset=UTF-8")
            case "truncated":
                self._head(reply, len(body))
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            case "drip":
                self._drip(fault, reply, body)
            case _:
                self.practice.stopping.wait(fault.seconds if fault.kind == "slow" else 0)
                self._send(reply, body)

    def _drip(self, fault: Fault, reply: Reply, body: bytes) -> None:
        """Byte by byte; behind the last byte spaces, so that it never ends."""
        self._head(reply, 1_000_000_000)
        sent = 0
        while not self.practice.stopping.wait(fault.seconds):
            self.wfile.write(body[sent : sent + 1] or b" ")
            self.wfile.flush()
            sent += 1
        self.close_connection = True

    def _send(self, reply: Reply, body: bytes, *, kind: str = "application/json") -> None:
        self._head(reply, len(body), kind=kind)
        self.wfile.write(body)

    def _head(self, reply: Reply, length: int, *, kind: str = "application/json") -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header goes by this Jira's clock."""
        return formatdate(self.practice.state.now() / 1000, usegmt=True)

    def _reset(self) -> None:
        """Close with an RST: no lingering, and nothing was said."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


def _encoded(reply: Reply) -> tuple[Reply, bytes]:
    if reply.body is None:
        return reply, b""
    return reply, json.dumps(reply.body, ensure_ascii=False).encode()


def _refusal(fault: Fault, now: int) -> Reply | None:
    """The answer of those faults that are nothing but a refusal."""
    match fault.kind:
        case "status" | "lost-status":
            quota = QUOTA_HEADERS if fault.status == 429 else {}
            told = {"errorMessages": [f"Practice fault {fault.status}."], "errors": {}}
            return Reply(told, fault.status, quota | fault.headers(now))
        case "unauthorized":
            told = {"errorMessages": ["Client must be authenticated."], "errors": {}}
            return Reply(told, 401)
        case "forbidden":
            told = {"errorMessages": ["You do not have the permission."], "errors": {}}
            return Reply(told, 403)
    return None
