"""The client's HTTP parts, put together with a time limit on every request.

The containers that people use (`init_run`, `init_project`) are left alone:
each one registers hooks with the process that are never taken back, prints,
and asks more than is needed. What is used is what they stand on.
"""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sources.connectors.base import Unauthorized
from sources.http.timed import DEADLINE, TimedAdapter

if TYPE_CHECKING:
    import requests

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CONNECT = 10.0


@dataclass(frozen=True, slots=True)
class Session:
    """Signed HTTP, and the server's own three lists of what can be asked."""

    http: Any
    authenticator: Any
    services: dict[str, Any]
    account: str


def import_client(*, read_timeout: float = 30.0) -> None:
    """Import the client as a reader needs it: quiet, and without its own retries.

    Its retries take one digit of Retry-After, never rest when a token has
    expired, and miss the table altogether; ours are in wire.py.
    """
    if "neptune" not in sys.modules:
        # Only now: they are read once, when the client is imported.
        os.environ["NEPTUNE_REQUEST_TIMEOUT"] = str(round(read_timeout))
        os.environ["NEPTUNE_RETRIES_TIMEOUT"] = "1"  # with 0 it would not try even once
    with warnings.catch_warnings(record=True):  # its own are shown whatever is ignored
        warnings.simplefilter("ignore")
        try:
            import_module("neptune.internal.backends.hosted_client")
        except ModuleNotFoundError as error:
            words = "The neptune client is not installed here. Install labledger[neptune]."
            raise Unauthorized(words) from error
    for name in ("neptune", "neptune_no_prefix"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def token_address(token: str) -> str:
    """Where an API token says that it belongs."""
    from neptune.common.exceptions import NeptuneInvalidApiTokenException
    from neptune.internal.credentials import Credentials

    try:
        credentials = Credentials.from_token(token)
    except NeptuneInvalidApiTokenException as error:
        raise Unauthorized("This is no Neptune API token. Copy it whole, and again.") from error
    return str(credentials.api_url_opt or credentials.token_origin_address).rstrip("/")


def allow_plain_http(address: str, *, insecure: bool) -> None:
    """The client's OAuth refuses http. On this machine it does no harm."""
    parts = urlsplit(address)
    if parts.scheme != "http":
        return
    if not insecure and parts.hostname not in LOOPBACK:
        words = "is plain http, where anyone between could read the token. Use https."
        raise Unauthorized(f"{parts.netloc}: {words}")
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one request. `spend` is called before each: it counts, beats, and
    gives the seconds in which the whole answer must have come."""

    read: float
    spend: Callable[[], float]


class Bounded(TimedAdapter):
    """Every request of its session has its time limits, and is counted.

    The client sets none on downloads, token refreshes and its own start-up,
    and would wait for ever there; and no limit of its ends an answer that drips.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        super().__init__(max_retries=0)

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        seconds = self._bounds.spend()
        DEADLINE.start(seconds)
        options["timeout"] = (min(CONNECT, seconds), min(self._bounds.read, seconds))
        return super().send(request, *args, **options)


def bounded(session: "requests.Session", bounds: Bounds) -> None:
    for scheme in ("http://", "https://"):
        session.mount(scheme, Bounded(bounds))


def opened(token: str, address: str, bounds: Bounds) -> Session:
    """Log in. Raises whatever the client raises; see troubles.py."""
    from neptune.internal.backends.hosted_client import (
        ARTIFACTS_SWAGGER_PATH,
        BACKEND_SWAGGER_PATH,
        LEADERBOARD_SWAGGER_PATH,
    )

    plain = http_client(bounds)
    told = service(address, BACKEND_SWAGGER_PATH, plain)
    config = client_config(told.api, token)
    signed = http_client(bounds)
    signed.authenticator = authenticator(token, told, bounds)
    paths = {
        "backend": BACKEND_SWAGGER_PATH,
        "leaderboard": LEADERBOARD_SWAGGER_PATH,
        "artifacts": ARTIFACTS_SWAGGER_PATH,
    }
    has_artifacts = config.has_feature("artifacts")
    services = {
        name: service(config.api_url, path, signed)
        for name, path in paths.items()
        if name != "artifacts" or has_artifacts
    }
    return Session(signed, signed.authenticator, services, account_of(signed.authenticator))


def http_client(bounds: Bounds) -> Any:
    from neptune.internal.backends.hosted_client import create_http_client
    from neptune.internal.backends.utils import ssl_verify

    made = create_http_client(ssl_verify(), {})  # type: ignore[no-untyped-call]
    bounded(made.session, bounds)
    return made


def service(address: str, path: str, http: Any) -> Any:
    from neptune.internal.backends.swagger_client_wrapper import SwaggerClientWrapper
    from neptune.internal.backends.utils import build_operation_url, create_swagger_client

    return SwaggerClientWrapper(create_swagger_client(build_operation_url(address, path), http))


def client_config(told: Any, token: str) -> Any:
    from neptune.internal.backends.api_model import ClientConfig
    from neptune.internal.backends.utils import verify_client_version
    from neptune.version import version

    answer = told.getClientConfig(X_Neptune_Api_Token=token, alpha="true").response().result
    config = ClientConfig.from_api_response(answer)
    verify_client_version(config, version)
    return config


def authenticator(token: str, told: Any, bounds: Bounds) -> Any:
    """The client's own, with a time limit on the sessions that it opens now and later."""
    from neptune.common.exceptions import (
        NeptuneAuthTokenExpired,
        NeptuneInvalidApiTokenException,
    )
    from neptune.common.oauth import NeptuneAuthenticator
    from neptune.internal.backends.utils import ssl_verify

    made: Any = NeptuneAuthenticator(token, told, ssl_verify(), {})  # type: ignore[no-untyped-call]
    open_one = made.auth.session_factory

    def open_bounded() -> Any:
        try:
            session = open_one()
        except NeptuneAuthTokenExpired as error:  # it would ask again without a rest
            raise NeptuneInvalidApiTokenException from error
        bounded(session, bounds)
        return session

    bounded(made.auth.session, bounds)
    made.auth.session_factory = open_bounded
    return made


def account_of(authenticator: Any) -> str:
    """The name in the access token; empty if it has none."""
    import jwt

    token = authenticator.auth.session.token.get("access_token", "")
    claims = jwt.decode(token, options={"verify_signature": False})
    return str(claims.get("preferred_username") or claims.get("sub") or "")
