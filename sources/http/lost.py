"""Why an exchange came to no answer, in words, whatever library carried it."""

import http.client
import ssl
from typing import Any

import httpx
import requests
import urllib3

from sources.connectors.base import TroubleKind
from sources.http.limits import Limits
from sources.http.timed import DEADLINE

CONNECTING = (  # urllib3 counts a refused connection among these; it is none
    requests.exceptions.ConnectTimeout,
    urllib3.exceptions.ConnectTimeoutError,
    httpx.ConnectTimeout,
)
TOO_SLOW = (
    TimeoutError,
    requests.exceptions.ReadTimeout,
    urllib3.exceptions.ReadTimeoutError,
    httpx.TimeoutException,
)
CUT = (
    http.client.IncompleteRead,
    urllib3.exceptions.IncompleteRead,
    urllib3.exceptions.InvalidChunkLength,
    httpx.RemoteProtocolError,
)
NO_ADDRESS = (
    ValueError,  # requests' own kinds of a bad address are ValueErrors too
    urllib3.exceptions.LocationParseError,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)
GARBLED = (urllib3.exceptions.DecodeError, httpx.DecodingError)


class Lost(Exception):
    """An exchange that came to no answer. The text is a clause for people."""

    def __init__(self, why: str, *, passing: bool = True, kind: TroubleKind = "away") -> None:
        super().__init__(why)
        self.passing = passing  # asking again may help
        self.kind = kind


def lost(error: Exception, limits: Limits) -> Lost:
    """The clause for what a library raised. Never quotes its text, which may
    hold an address with a secret; only the operating system's own words."""
    chain = _chain(error)
    if _any(chain, (ssl.SSLCertVerificationError,)):
        return Lost("has a certificate that is not trusted here", passing=False, kind="certificate")
    if isinstance(error, NO_ADDRESS):
        return Lost("cannot be reached: that is not an address", passing=False, kind="address")
    if _any(chain, CONNECTING) and not _any(chain, (urllib3.exceptions.NewConnectionError,)):
        return Lost(f"did not take a connection within {limits.connect:g} s")
    if _any(chain, TOO_SLOW):
        return slow(limits)
    if _any(chain, CUT):
        return Lost("broke off in the middle of its answer", kind="broken")
    if _any(chain, GARBLED):
        return Lost("sent a body that cannot be decompressed", kind="broken")
    return Lost(f"cannot be reached ({_cause(chain)})")


def slow(limits: Limits) -> Lost:
    if DEADLINE.passed():
        return Lost(f"did not finish its answer within {limits.total:g} s", kind="slow")
    return Lost(f"did not answer within {limits.read:g} s", kind="slow")


def _any(chain: list[BaseException], kinds: tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(cause, kinds) for cause in chain)


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what caused it, outermost first, wrapped reasons included."""
    chain: list[BaseException] = []
    following: Any = error
    while isinstance(following, BaseException) and following not in chain:
        chain.append(following)
        wrapped = next((part for part in following.args if isinstance(part, BaseException)), None)
        reason = getattr(following, "reason", None)
        reason = reason if isinstance(reason, BaseException) else None
        following = reason or wrapped or following.__cause__ or following.__context__
    return chain


def _cause(chain: list[BaseException]) -> str:
    for cause in reversed(chain):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return type(chain[-1]).__name__
