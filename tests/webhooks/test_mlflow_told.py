"""An MLflow's delivery as a hint, made by a real server and by hand."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import httpx
import pytest

from demo.mlflow import Line, Server
from sources.connectors.base import Refused
from sources.connectors.mlflow.webhook import told

SECRET = "s3cret"

type Delivery = tuple[dict[str, str], bytes]


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    sent = str(int(time.time() if at is None else at))
    made = hmac.new(secret.encode(), f"d-1.{sent}.".encode() + body, hashlib.sha256).digest()
    return {
        "x-mlflow-signature": f"v1,{base64.b64encode(made).decode()}",
        "x-mlflow-delivery-id": "d-1",
        "x-mlflow-timestamp": sent,
    }


BODY = json.dumps({"entity": "model_version", "action": "created", "data": {}}).encode()


def test_a_delivery_asks_for_the_registry() -> None:
    hint = told(signed(BODY), BODY, SECRET, signed=True)
    assert (hint.identifier, hint.event) == ("d-1", "model_version.created")
    assert (hint.ids, hint.lists) == ((), ("models",))


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "no signature"),
        (signed(BODY, "other"), "not made with this secret"),
        (signed(BODY + b" "), "not made with this secret"),
        (signed(BODY) | {"x-mlflow-delivery-id": "d-2"}, "not made with this secret"),
        (signed(BODY) | {"x-mlflow-signature": "v2,abc"}, "other than v1"),
        (signed(BODY) | {"x-mlflow-signature": "v1,é"}, "not made with this secret"),
        (signed(BODY, at=time.time() - 400), "five minutes"),
    ],
)
def test_what_is_not_signed_or_is_old_is_refused_in_words(
    headers: dict[str, str], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        told(headers, BODY, SECRET, signed=True)


@pytest.fixture
def heard() -> Iterator[tuple[str, Queue[Delivery]]]:
    """An address that keeps what is posted to it."""
    kept: Queue[Delivery] = Queue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks/t/", kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mlflow(mlflows: dict[Line, Server]) -> Server:
    """A real server that may send to this machine, without TLS."""
    return mlflows["3"].wait()


def test_what_a_real_server_sends_is_believed(
    mlflow: Server, heard: tuple[str, Queue[Delivery]]
) -> None:
    url, kept = heard
    wish = {
        "name": "labledger",
        "url": url,
        "secret": SECRET,
        "events": [{"entity": "REGISTERED_MODEL", "action": "CREATED"}],
    }
    made = httpx.post(f"{mlflow.url}/api/2.0/mlflow/webhooks", json=wish, timeout=30)
    assert made.status_code == 200, made.text
    hook = made.json()["webhook"]["webhook_id"]
    httpx.post(
        f"{mlflow.url}/api/2.0/mlflow/registered-models/create", json={"name": "forms"}, timeout=30
    ).raise_for_status()
    headers, body = kept.get(timeout=30)
    hint = told(headers, body, SECRET, signed=True)
    assert (hint.event, hint.lists) == ("registered_model.created", ("models",))
    with pytest.raises(Refused, match="not made with this secret"):
        told(headers, body, "another", signed=True)
    httpx.delete(f"{mlflow.url}/api/2.0/mlflow/webhooks/{hook}", timeout=30).raise_for_status()
