"""One HTTP request: who asks, for what, is it to go wrong, the answer."""

import json
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from demo.neptune import tokens
from demo.neptune.answers import ANSWERS, OPEN
from demo.neptune.answers.backend import issue
from demo.neptune.asking import Ask, Refusal, Reply
from demo.neptune.documents import BY_ADDRESS, DOCUMENTS, swagger
from demo.neptune.faults import Fault

if TYPE_CHECKING:
    from demo.neptune.server import Practice

REFRESH_PATH = "/auth/realms/neptune/protocol/openid-connect/token"


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class BadGrant(Exception):
    """No new access token for this; the token endpoint says so in OAuth's words."""


class Handler(BaseHTTPRequestHandler):
    practice: "Practice"
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet, or each waits for an acknowledgement
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        lists = parse_qs(address.query, keep_blank_values=True)
        query = {name: values[0] for name, values in lists.items()}
        operation = self._operation(address.path)
        self.practice.asked[operation or "unknown"] += 1
        fault = self.practice.faults.strike(operation, query)
        try:
            suffer(fault)
            heard = {name.title(): value for name, value in self.headers.items()}
            ask = Ask(self.practice.store, self.practice, "", query, lists, heard, raw)
            self._reply(200, self._answer(operation, address.path, ask), fault=fault)
        except BadGrant:
            self._reply(400, {"error": "invalid_grant"})
        except Refusal as refusal:
            self._reply(refusal.status, refusal.body, headers=dict(refusal.headers))
        except Dropped:
            self._hang_up()

    def _operation(self, path: str) -> str:
        if path in DOCUMENTS:
            return "swagger"
        if path == REFRESH_PATH:
            return "token"
        return BY_ADDRESS.get((self.command, path), "")

    def _answer(self, operation: str, path: str, ask: Ask) -> Any:
        if operation == "swagger":
            return swagger(path, self.practice.address)
        if operation == "token":
            return self._refreshed(ask)
        if not operation:
            raise Refusal(404, f"No {self.command} {path} here")
        if operation not in OPEN:
            ask.user = self._user()
        with self.practice.store.lock:
            return ANSWERS[operation](ask)

    def _user(self) -> str:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            user = tokens.user_of_jwt(token)
        except tokens.Outlived as error:
            expired = "AUTHORIZATION_TOKEN_EXPIRED"
            raise Refusal(401, "Token expired", error_type=expired) from error
        except tokens.Refused as error:
            raise Refusal(401, "Unauthorized") from error
        if user in self.practice.revoked:
            raise Refusal(401, "Unauthorized")
        return user

    def _refreshed(self, ask: Ask) -> Any:
        form = parse_qs(ask.raw.decode())
        try:
            user = tokens.user_of_jwt(form["refresh_token"][0])
        except (tokens.Refused, KeyError) as error:
            raise BadGrant from error
        if user in self.practice.revoked:
            raise BadGrant
        return issue(self.practice, user)

    def _reply(
        self,
        status: int,
        answer: Any,
        *,
        headers: dict[str, str] | None = None,
        fault: Fault | None = None,
    ) -> None:
        reply = answer if isinstance(answer, Reply) else as_json(answer)
        self.send_response(status)
        self.send_header("Content-Type", reply.type)
        self.send_header("Content-Length", str(len(reply.content)))
        if reply.name:
            self.send_header("Content-Disposition", f'attachment; filename="{reply.name}"')
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if fault and fault.cut:
            self.wfile.write(reply.content[: len(reply.content) // 2])
            self._hang_up()
            return
        if fault and fault.drip:
            self._drip(reply.content, fault.drip)
            return
        self.wfile.write(reply.content)
        self.wfile.flush()

    def _drip(self, content: bytes, pause: float) -> None:
        """Until it is all there, or nobody listens any more."""
        with suppress(OSError):
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(pause)
        self.close_connection = True

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Silent; `Practice.asked` counts."""


def as_json(answer: Any) -> Reply:
    return Reply(json.dumps(answer).encode(), type="application/json")


def suffer(fault: Fault | None) -> None:
    if fault is None:
        return
    time.sleep(fault.slow)
    if fault.drop:
        raise Dropped
    if fault.status:
        raise Refusal(
            fault.status, "On request", error_type=fault.error_type, headers=fault.headers
        )
