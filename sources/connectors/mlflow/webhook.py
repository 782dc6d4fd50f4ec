"""What an MLflow's webhook tells: that its registry changed. What it is now, is asked for.

Signed over delivery id, time and raw body: `X-MLflow-Signature: v1,<base64>`.
Servers of the line 3 have webhooks, and only for models, versions, tags and
aliases: runs are found by syncs.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from sources.connectors.base import Refused, Told

SIGNATURE, DELIVERY, TIME = "x-mlflow-signature", "x-mlflow-delivery-id", "x-mlflow-timestamp"
FRESH = 300  # seconds between its clock and ours: an older delivery is a replayed one
MODELS = "models"  # the stream that reads the registry


def told(headers: Mapping[str, str], body: bytes, secret: str, *, signed: bool) -> Told:
    """The hint in a delivery; headers' names in lower case. Raises Refused."""
    _check(headers, body, secret, signed=signed)
    try:
        said = json.loads(body)
    except ValueError:
        raise Refused("Its body is no JSON.") from None
    if not isinstance(said, dict):
        raise Refused("Its body is no JSON object.")
    return Told(
        identifier=headers.get(DELIVERY, "")[:200] or hashlib.sha256(body).hexdigest(),
        event=f"{said.get('entity')}.{said.get('action')}"[:80],
        lists=(MODELS,),
    )


def _check(headers: Mapping[str, str], body: bytes, secret: str, *, signed: bool) -> None:
    given = headers.get(SIGNATURE, "")
    if not given:
        if signed:
            raise Refused("It carries no signature.")
        return
    version, _, digest = given.partition(",")
    if version.strip() != "v1":
        raise Refused("Its signature is of a version other than v1.")
    sent = headers.get(TIME, "")
    content = f"{headers.get(DELIVERY, '')}.{sent}.".encode() + body
    made = base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest())
    if not secret or not hmac.compare_digest(made, digest.strip().encode()):
        raise Refused("Its signature was not made with this secret.")
    if not sent.isdecimal() or abs(time.time() - int(sent)) > FRESH:
        raise Refused("It was sent more than five minutes ago, or a clock is wrong.")
