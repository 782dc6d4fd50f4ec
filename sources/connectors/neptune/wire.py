"""Asking: one way for everything, with our own patience and words."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode, urlsplit

from sources.connectors.base import Beat, Trouble, Unauthorized, Unavailable, no_beat
from sources.connectors.neptune import session as opening
from sources.connectors.neptune.session import CONNECT, Session
from sources.connectors.neptune.troubles import NotThere, Verdict, failures, judged

PATIENCE = 60.0
READ = 30.0
LONGEST_PAUSE = 30.0
NAP = 10.0  # seconds of waiting between two beats
NEW_TOKENS = 2  # in one call; a server that refuses more would be hammered
BLOCK = 1 << 20
ARTIFACT_VERSION = {"X-Neptune-Artifact-Api-Version": "2"}


class Wire:
    """A connection to one Neptune, opened when it is first asked something.

    `patience` bounds the waiting of one call in seconds, `read` the silence
    of one answer. `requests` counts all that went out, retries and log-in too.
    """

    def __init__(
        self,
        token: str,
        *,
        patience: float = PATIENCE,
        read: float = READ,
        insecure: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token = token.strip()
        self._patience = patience
        self._read = read
        self._insecure = insecure
        self.sleep = sleep
        self._session: Session | None = None
        self._address = ""
        self._skew: float | None = None
        self.requests = 0
        self.beat: Beat = no_beat

    # ── asking ───────────────────────────────────────────────────────────────

    def ask(self, service: str, operation: str, **parameters: Any) -> Any:
        """The answer's JSON, as it came. NotThere for a 404."""
        return self._patiently(lambda: self._once(service, operation, parameters))

    def has(self, service: str, operation: str) -> bool:
        """Whether this server knows the operation at all."""
        known = self.session.services.get(service)
        return known is not None and hasattr(known.api, operation)

    def download(self, operation: str, **query: Any) -> BinaryIO:
        """A stream of the bytes, closed by the caller. A failure in the middle
        is raised from `read` as Unavailable; what came before it is not whole."""
        known = self.session.services["leaderboard"]
        path = getattr(known.api, operation).operation.path_name
        base = known.swagger_spec.api_url.rstrip("/")
        return self.fetch(f"{base}{path}?{urlencode(query)}")

    def fetch(self, url: str) -> BinaryIO:
        """The same for an address that the server gave us."""
        response = self._patiently(lambda: self._open(url))
        return cast("BinaryIO", BufferedReader(Download(response, self.host, self.beat), BLOCK))

    def close(self) -> None:
        if self._session is not None:
            self._session.http.session.close()
            self._session.authenticator.auth.session.close()
            self._session = None

    # ── who and where ────────────────────────────────────────────────────────

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc or "Neptune"

    @property
    def address(self) -> str:
        if not self._address:
            opening.import_client(read_timeout=self._read)
            self._address = opening.token_address(self._token)
        return self._address

    @property
    def session(self) -> Session:
        if self._session is None:
            opening.allow_plain_http(self.address, insecure=self._insecure)
            self._session = self._patiently(self._log_in)
        return self._session

    def clock_skew(self) -> float | None:
        """The server's clock at log-in minus ours, in seconds; None if untold."""
        return self._skew if self.session else None

    # ── one attempt ──────────────────────────────────────────────────────────

    def _count(self) -> None:
        """Before every request, retries and log-in too."""
        self.beat()
        self.requests += 1

    def _log_in(self) -> Session:
        """The probe first: a wrong address is told apart from a wrong token."""
        self._probe()
        return opening.opened(self._token, self.address, self._read, self._count)

    def _probe(self) -> None:
        import requests

        self._count()
        url = f"{self.address}/api/backend/swagger.json"
        answer = requests.get(url, timeout=(CONNECT, self._read))
        answer.raise_for_status()
        if "paths" not in answer.json():
            raise Unavailable(f"{self.host}: is no Neptune. Check the token's address.")
        told = answer.headers.get("Date")
        if told:
            self._skew = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()

    def _once(self, service: str, operation: str, parameters: dict[str, Any]) -> Any:
        from bravado.client import construct_request
        from bravado.config import RequestConfig

        known = self.session.services[service]
        options: dict[str, Any] = {
            "connect_timeout": CONNECT,
            "timeout": self._read,
            "headers": dict(ARTIFACT_VERSION) if service == "artifacts" else {},
        }
        asked = getattr(known.api, operation)
        request = construct_request(asked, options, **parameters)  # type: ignore[no-untyped-call]
        config = RequestConfig({}, also_return_response_default=True)
        future = self.session.http.request(request, operation=None, request_config=config)
        return future.response().incoming_response.json()

    def _open(self, url: str) -> Any:
        """Our token goes to its own server only: a download may live elsewhere."""
        import requests

        request = requests.Request("GET", url)
        if urlsplit(url).netloc == self.host:
            request = self.session.authenticator.apply(request)
        http = self.session.http.session
        response = http.send(http.prepare_request(request), stream=True)
        try:
            response.raise_for_status()
        except requests.HTTPError:
            response.close()
            raise
        return response

    # ── patience ─────────────────────────────────────────────────────────────

    def _patiently[Answer](self, attempt: Callable[[], Answer]) -> Answer:
        """Again while it may help and the patience lasts, else the trouble."""
        host, expected = self.host, failures()  # in this order: the first imports the client
        spent, tries, tokens = 0.0, 0, 0
        while True:
            try:
                return attempt()
            except expected as error:
                verdict = judged(error, host)
                pause = self._pause(verdict, tries, tokens)
                if pause is None or spent + pause > self._patience:
                    raise verdict.trouble from error
            if verdict.refresh:
                tokens += 1
                self._forget_access_token()
            self._rest(pause)
            spent, tries = spent + pause, tries + 1

    def _rest(self, seconds: float) -> None:
        while seconds > NAP:
            self.sleep(NAP)
            self.beat()
            seconds -= NAP
        self.sleep(seconds)

    def _pause(self, verdict: Verdict, tries: int, tokens: int) -> float | None:
        if not verdict.again or (verdict.refresh and tokens >= NEW_TOKENS):
            return None
        return float(min(2**tries, LONGEST_PAUSE)) if verdict.wait is None else verdict.wait

    def _forget_access_token(self) -> None:
        """The next request then fetches a new one first."""
        if self._session is not None:
            self._session.authenticator.auth.token_expires_at = 0


class Download(RawIOBase):
    """The body of an answer, whose failures are our troubles."""

    def __init__(self, response: Any, host: str, beat: Beat) -> None:
        self._response = response
        self._host = host
        self._beat = beat

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        self._beat()
        try:
            block: bytes = self._response.raw.read(len(target), decode_content=True)
        except failures() as error:
            trouble = judged(error, self._host).trouble
            raise trouble_in_download(trouble, self._host) from error
        target[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._response.close()
        super().close()


def trouble_in_download(trouble: Trouble | NotThere, host: str) -> Trouble:
    if isinstance(trouble, Unauthorized):
        return trouble
    return Unavailable(f"{host}: broke off in the middle of a file.")
