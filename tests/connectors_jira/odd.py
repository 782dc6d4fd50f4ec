"""A server that says what it is told to say, for answers that a practice Jira never gives.

`odd(answers)` maps "METHOD /path" to a JSON value, to (status, value), to
(status, value, headers), or to a Queue of those.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

MYSELF = {"accountId": "5f:mia", "displayName": "Mia Ode", "timeZone": "Asia/Kolkata"}
CLOUD = {"deploymentType": "Cloud", "version": "1001.0.0"}
CENTER = {"deploymentType": "Data Center", "version": "10.3.24"}
PROJECT = {"id": "10000", "key": "DOC", "name": "Documents"}


class Odd:
    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[str] = []
        self.bodies: list[Any] = []


@contextmanager
def odd(answers: Mapping[str, Any]) -> Iterator[Odd]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def answer(self) -> None:
            call = f"{self.command} {self.path.partition('?')[0]}"
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.calls.append(f"{self.command} {self.path}")
            seen.bodies.append(json.loads(raw) if raw else None)
            status, value, headers = told(answers, call)
            body = json.dumps(value).encode()
            self.send_response(status)
            for name, said in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, said)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen = Odd(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(answers: Mapping[str, Any], call: str) -> tuple[int, Any, dict[str, str]]:
    said = answers.get(call, (404, {"errorMessages": [f"nothing at {call}"]}))
    if isinstance(said, Queue):
        said = said.next()
    status, value, *headers = said if isinstance(said, tuple) else (200, said)
    return status, value, headers[0] if headers else {}


class Queue:
    """One answer a request, the last for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def next(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def cloud_site(**answers: Any) -> dict[str, Any]:
    """The answers of a Cloud site with project DOC; `answers` are added by path."""
    return {
        "GET /rest/api/2/serverInfo": CLOUD,
        "GET /rest/api/3/serverInfo": CLOUD,
        "GET /rest/api/3/myself": MYSELF,
        "GET /rest/api/3/project/search": {"values": [PROJECT], "isLast": True},
        "GET /rest/api/3/field": [],
        "GET /rest/agile/1.0/board": {"values": [], "isLast": True},
        **answers,
    }


def center_site(**answers: Any) -> dict[str, Any]:
    """The answers of a Data Center with project DOC."""
    return {
        "GET /rest/api/2/serverInfo": CENTER,
        "GET /rest/api/2/myself": {"name": "mia", "key": "mia", "displayName": "Mia Ode"},
        "GET /rest/api/2/project": [PROJECT],
        "GET /rest/api/2/field": [],
        "GET /rest/agile/1.0/board": {"values": [], "isLast": True},
        **answers,
    }
