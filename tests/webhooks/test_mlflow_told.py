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
from django.test import Client
from django.utils import timezone

from demo.mlflow import Line, Server
from portal.streams import KINDS
from sources.connectors.base import Refused
from sources.connectors.jira import webhook as jira_webhook
from sources.connectors.mlflow.webhook import MODELS, told
from sources.models import Source
from sources.webhooks import receiving
from sources.webhooks.models import Webhook
from tracking.models import RegisteredModel

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


@pytest.fixture
def door(mlflow: Server, db: None, at_once: None) -> Webhook:
    made = Source.objects.create(
        slug="mlflow",
        name="MLflow",
        kind="mlflow",
        settings={"address": mlflow.url, "experiments": ["none of that name"]},
    )
    made.cursors.create(stream="models", finished_at=timezone.now())  # a while until the next
    return receiving.open_door(made, signed=True)


def test_what_a_real_server_sends_is_believed_and_its_registry_read_though_it_rested(
    mlflow: Server,
    heard: tuple[str, Queue[Delivery]],
    door: Webhook,
    django_capture_on_commit_callbacks: Any,
) -> None:
    url, kept = heard
    wish = {
        "name": "labledger",
        "url": url,
        "secret": door.secret,
        "events": [{"entity": "REGISTERED_MODEL", "action": "CREATED"}],
    }
    made = httpx.post(f"{mlflow.url}/api/2.0/mlflow/webhooks", json=wish, timeout=30)
    assert made.status_code == 200, made.text
    hook = made.json()["webhook"]["webhook_id"]
    httpx.post(
        f"{mlflow.url}/api/2.0/mlflow/registered-models/create", json={"name": "forms"}, timeout=30
    ).raise_for_status()
    headers, body = kept.get(timeout=30)
    httpx.delete(f"{mlflow.url}/api/2.0/mlflow/webhooks/{hook}", timeout=30).raise_for_status()
    assert told(headers, body, door.secret, signed=True).event == "registered_model.created"
    with pytest.raises(Refused, match="not made with this secret"):
        told(headers, body, "another", signed=True)
    assert not RegisteredModel.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = Client().post(
            f"/hooks/{door.token}/", body, content_type="application/json", headers=headers
        )
    assert answer.json() == {"title": "Heard"}
    assert RegisteredModel.objects.filter(source=door.source_id, name="forms").exists()


@pytest.mark.parametrize(
    ("kind", "lists"), [("jira", set(jira_webhook.LISTS.values())), ("mlflow", {MODELS})]
)
def test_each_list_that_a_delivery_may_name_is_a_stream_of_its_kind(
    kind: str, lists: set[str]
) -> None:
    assert lists
    assert lists <= {stream.name for stream in KINDS[kind].streams}
