"""The client's two dozen ways to fail, as words and as what to do about them.

The client's own messages are not used: they begin with an empty line, hold
colour codes, advise environment variables, and may repeat a token.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sources.connectors.base import Trouble, Unauthorized, Unavailable
from sources.http.waits import after, asked_wait

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
TOKEN_EXPIRED = "AUTHORIZATION_TOKEN_EXPIRED"  # noqa: S105 — an error's name
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LONGEST = 200


class NotThere(Exception):
    """404: no such project, run or field. Never leaves this connector."""


class Denied(Exception):
    """403: the account may not see this one thing. Never leaves this connector."""


class Busy(Unavailable):
    """429: it wants a rest from all that we ask, not from this one thing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure is called, and whether asking again may help.

    `wait` is the pause the server asked for in seconds, None if it did not.
    """

    trouble: Trouble | NotThere | Denied
    again: bool = False
    wait: float | None = None
    refresh: bool = False  # the access token is old; a new one may do


def failures() -> tuple[type[Exception], ...]:
    """Everything that the client and what it stands on raise for a bad answer."""
    import jwt
    from bravado.exception import BravadoConnectionError, BravadoTimeoutError, HTTPError
    from neptune.common.exceptions import NeptuneException
    from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError as TransportError

    return (
        HTTPError,
        BravadoConnectionError,
        BravadoTimeoutError,
        RequestException,
        TransportError,
        NeptuneException,
        OAuth2Error,
        jwt.PyJWTError,
    )


def judged(error: Exception, host: str) -> Verdict:
    """`error` is one of `failures()`."""
    cause = root(error)
    status, headers, body = answer_of(cause)
    if status:
        return by_status(status, headers, body, host)
    named = BY_NAME.get(type(cause).__name__)
    if named:
        return Verdict(named[0](f"{host}: {named[1]}"), refresh=named[2], again=named[2])
    return connection(cause, host)


def root(error: Exception) -> Exception:
    """The client wraps its last failure when it gives up; that one says more."""
    from neptune.common.exceptions import NeptuneConnectionLostException

    cause = error.__cause__
    if isinstance(error, NeptuneConnectionLostException) and isinstance(cause, Exception):
        return root(cause)
    return error


def answer_of(error: Exception) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:
    """Status, headers and JSON of the answer behind an error; 0 if there was none."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", 0)
    if not isinstance(status, int) or response is None:
        return 0, {}, {}
    headers = {name.lower(): value for name, value in response.headers.items()}
    return status, headers, json_of(response)


def json_of(response: Any) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def by_status(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], host: str
) -> Verdict:
    if status == 401:
        return unauthorized(body, host)
    if status == 403:
        return Verdict(Denied(f"{host}: the account may not see this. Ask for access to it."))
    if status == 404:
        return Verdict(NotThere(title_of(body)))
    if status in TRANSIENT:
        return transient(status, headers, host)
    return Verdict(Unavailable(f"{host}: refused the request ({status} {title_of(body)})."))


def unauthorized(body: Mapping[str, Any], host: str) -> Verdict:
    if body.get("errorType") == TOKEN_EXPIRED:
        words = f"{host}: says again and again that the session has expired. Log in anew."
        return Verdict(Unauthorized(words), again=True, refresh=True)
    words = f"{host}: refused the API token. Make a new one and paste it."
    return Verdict(Unauthorized(words, kind="token"))


def transient(status: int, headers: Mapping[str, str], host: str) -> Verdict:
    now = datetime.now(UTC)
    wait = asked_wait(headers, now)
    retry_at = None if wait is None else after(now, wait)
    trouble = (
        Busy(f"{host}: asks us to slow down.", retry_at=retry_at, kind="quota")
        if status == 429
        else Unavailable(f"{host}: is not well ({status}).", retry_at=retry_at)
    )
    return Verdict(trouble, again=True, wait=wait)


def title_of(body: Mapping[str, Any]) -> str:
    title = body.get("title") or body.get("message") or "no reason given"
    return " ".join(COLOURS.sub("", str(title)).split())[:LONGEST]


# The client's own errors that come without an answer: kind, words, and whether
# a fresh access token may help.
BY_NAME: Mapping[str, tuple[type[Trouble], str, bool]] = {
    "NeptuneInvalidApiTokenException": (
        Unauthorized, "refused the API token. Make a new one and paste it.", False,
    ),
    "Unauthorized": (
        Unauthorized, "refused the API token. Make a new one and paste it.", False,
    ),
    "Forbidden": (Unauthorized, "the account may not see this. Ask for access to it.", False),
    "NeptuneAuthTokenExpired": (
        Unauthorized, "says again and again that the session has expired. Log in anew.", True,
    ),
    "DecodeError": (Unavailable, "answered the log-in with something else than a token.", False),
    "InvalidGrantError": (Unauthorized, "ended the session. Make a new API token.", False),
    "CustomOAuth2Error": (Unauthorized, "ended the session. Make a new API token.", False),
    "InsecureTransportError": (
        Unauthorized, "is plain http, where the token could be read. Use https.", False,
    ),
    "NeptuneClientUpgradeRequiredError": (
        Unauthorized, "wants another version of the neptune client than this one.", False,
    ),
}  # fmt: skip


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was raised for: a slow body comes wrapped three times."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def connection(error: Exception, host: str) -> Verdict:
    """No answer at all: who did not answer, and how."""
    from bravado.exception import BravadoTimeoutError
    from requests.exceptions import SSLError, Timeout
    from urllib3.exceptions import ReadTimeoutError

    if isinstance(error, SSLError) or "SSL" in type(error).__name__:
        words = "its certificate cannot be trusted. Mend it, or trust its authority here."
        return Verdict(Unavailable(f"{host}: {words}"))
    slow = (Timeout, BravadoTimeoutError, ReadTimeoutError)
    if any(isinstance(one, slow) for one in chain(error)):
        return Verdict(Unavailable(f"{host}: did not answer in time."), again=True)
    if isinstance(error, ValueError):
        return Verdict(Unavailable(f"{host}: answered with something else than JSON."))
    return Verdict(Unavailable(f"{host}: could not be reached, or hung up."), again=True)
