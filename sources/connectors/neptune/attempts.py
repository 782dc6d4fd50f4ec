"""What goes out once, without patience. Each raises whatever the client raises; see troubles.py."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from sources.connectors.base import Unavailable
from sources.connectors.neptune.session import CONNECT, Bounds, Session, bounded

ARTIFACT_VERSION = {"X-Neptune-Artifact-Api-Version": "2"}


def probed(address: str, bounds: Bounds) -> float | None:
    """The server's clock minus ours in seconds, if told. Unavailable where no Neptune is."""
    import requests

    with requests.Session() as session:
        bounded(session, bounds)
        answer = session.get(f"{address}/api/backend/swagger.json")
    answer.raise_for_status()
    if "paths" not in answer.json():
        host = urlsplit(address).netloc
        raise Unavailable(f"{host}: is no Neptune. Check the token's address.")
    told = answer.headers.get("Date")
    return (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds() if told else None


def answer(
    session: Session, service: str, operation: str, parameters: dict[str, Any], *, read: float
) -> Any:
    """The answer's JSON, as it came. `read`: seconds of silence."""
    from bravado.client import construct_request
    from bravado.config import RequestConfig

    options: dict[str, Any] = {
        "connect_timeout": CONNECT,
        "timeout": read,
        "headers": dict(ARTIFACT_VERSION) if service == "artifacts" else {},
    }
    asked = getattr(session.services[service].api, operation)
    request = construct_request(asked, options, **parameters)  # type: ignore[no-untyped-call]
    config = RequestConfig({}, also_return_response_default=True)
    future = session.http.request(request, operation=None, request_config=config)
    return future.response().incoming_response.json()


def stream(session: Session, url: str, host: str) -> Any:
    """A response whose body is still to come. Our token goes to `host` only: a
    download may live elsewhere."""
    import requests

    request = requests.Request("GET", url)
    if urlsplit(url).netloc == host:
        request = session.authenticator.apply(request)
    http = session.http.session
    response = http.send(http.prepare_request(request), stream=True)
    try:
        response.raise_for_status()
    except requests.HTTPError:
        response.close()
        raise
    return response
