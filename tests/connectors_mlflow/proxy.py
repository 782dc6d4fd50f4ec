"""Stands between a client and a real server, and misbehaves as it is told."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import httpx

type Answer = tuple[int, dict[str, str], bytes]
type Spoil = Callable[[Answer], Answer]


@dataclass
class Fault:
    """What happens to the next `times` requests whose path (and body) hold `at`."""

    at: str
    spoil: Spoil | str
    times: int = 1


def status(code: int, body: bytes = b"{}", **headers: str) -> Spoil:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (code, {"content-type": "application/json"} | named, body)


def cut_off(answer: Answer) -> Answer:
    return answer[0], answer[1], answer[2][: len(answer[2]) // 2]


def a_web_page(_: Answer) -> Answer:
    page = b"<!doctype html><title>Please log in</title>"
    return 200, {"content-type": "text/html"}, page


@dataclass
class Proxy:
    """`asked` are the requests that came, as method and path."""

    target: str
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        proxy = self

        class Between(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.answer(self)

            def do_POST(self) -> None:
                proxy.answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, between: BaseHTTPRequestHandler) -> None:
        body = between.rfile.read(int(between.headers.get("content-length") or 0))
        self.asked.append(f"{between.command} {between.path}")
        fault = self._fault(between.path + body.decode(errors="replace"))
        if fault == "reset":
            once = struct.pack("ii", 1, 0)
            between.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, once)
            between.connection.close()
            return
        answer = self._forwarded(between, body)
        if callable(fault):
            answer = fault(answer)
        self._send(between, answer, dripping=fault == "drip")

    def _fault(self, asked: str) -> Spoil | str:
        for fault in self.faults:
            if fault.times and fault.at in asked:
                fault.times -= 1
                return fault.spoil
        return ""

    def _forwarded(self, between: BaseHTTPRequestHandler, body: bytes) -> Answer:
        kept = {
            name: value
            for name, value in between.headers.items()
            if name.lower() in {"content-type", "authorization", "accept"}
        }
        answer = httpx.request(
            between.command, self.target + between.path, content=body, headers=kept, timeout=30
        )
        kind = answer.headers.get("content-type", "application/json")
        return answer.status_code, {"content-type": kind}, answer.content

    def _send(self, between: BaseHTTPRequestHandler, answer: Answer, *, dripping: bool) -> None:
        code, headers, body = answer
        between.send_response(code)
        for name, value in headers.items():
            between.send_header(name, value)
        between.send_header("content-length", str(len(body)))
        between.end_headers()
        if not dripping:
            between.wfile.write(body)
            return
        try:
            for at in range(len(body)):
                between.wfile.write(body[at : at + 1])
                between.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return  # the client has had enough
