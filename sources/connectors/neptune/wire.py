"""Asking: one way for everything, with our own patience and words."""

import errno
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode, urlsplit

from sources.connectors.base import Beat, Spent, Trouble, Unauthorized, Unavailable, no_beat
from sources.connectors.neptune import attempts
from sources.connectors.neptune import session as opening
from sources.connectors.neptune.downloads import Download, Failed
from sources.connectors.neptune.session import Bounds, Session
from sources.connectors.neptune.troubles import (
    Busy,
    Denied,
    NotThere,
    Verdict,
    failures,
    judged,
)
from sources.http import Budget
from sources.http.limits import TESTED_WITHIN

PATIENCE = 60.0
READ = 30.0
TOTAL = 120.0  # of one answer, or of one MiB of a file
PART_PATIENCE = 8.0  # with one series or file, where the server may be well
REQUESTS = 20_000  # of one sync: a series is a request a thousand points
WAITING = 120.0
LONGEST_PAUSE = 30.0
NAP = 10.0  # seconds of waiting between two beats
NEW_TOKENS = 2  # in one call; a server that refuses more would be hammered
BLOCK = 1 << 20


class Wire:
    """A connection to one Neptune, opened when it is first asked something.

    `patience` bounds the waiting of one call in seconds, `read` the silence
    of one answer, `budget` all requests and all waiting of a sync.
    """

    def __init__(
        self,
        token: str,
        *,
        patience: float = PATIENCE,
        read: float = READ,
        total: float = TOTAL,
        budget: Budget | None = None,
        insecure: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token = token.strip()
        self._patience = patience
        self._read = read
        self.total = total
        self.budget = budget or Budget(requests=REQUESTS, waiting=WAITING)
        self._insecure = insecure
        self.sleep = sleep
        self._session: Session | None = None
        self._address = ""
        self._skew: float | None = None
        self.beat: Beat = no_beat
        self.failing: list[tuple[str, str]] = []  # (row's id, path) of files; see part_failed

    # ── asking ───────────────────────────────────────────────────────────────

    def ask(self, service: str, operation: str, **parameters: Any) -> Any:
        """The answer's JSON, as it came. NotThere for a 404, Denied for a 403."""
        return self._patiently(lambda: self._answer(service, operation, parameters))

    def ask_part(self, service: str, operation: str, **parameters: Any) -> Any:
        """The same for one series or file, with less patience: see `own_fault`."""
        return self._patiently(
            lambda: self._answer(service, operation, parameters), own_patience=PART_PATIENCE
        )

    def _answer(self, service: str, operation: str, parameters: dict[str, Any]) -> Any:
        return attempts.answer(self.session, service, operation, parameters, read=self._read)

    def has(self, service: str, operation: str) -> bool:
        """Whether this server knows the operation at all."""
        known = self.session.services.get(service)
        return known is not None and hasattr(known.api, operation)

    def download(self, operation: str, experiment: str, path: str, **query: Any) -> BinaryIO:
        """A stream of the bytes of a file, closed by the caller. A failure is an
        OSError, from `read` too: what came before it is not whole."""
        asked = {"experimentId": experiment, "attribute": path, **query}

        def failed(trouble: Trouble | Denied) -> Exception:
            return self.part_failed(trouble, experiment, path)

        try:
            return self.fetch(self._address_of(operation, asked), failed)
        except NotThere:
            raise FileNotFoundError(errno.ENOENT, "no longer there", path) from None
        except (Denied, Unavailable) as trouble:
            raise failed(trouble) from None

    def _address_of(self, operation: str, query: dict[str, Any]) -> str:
        known = self.session.services["leaderboard"]
        path = getattr(known.api, operation).operation.path_name
        base = known.swagger_spec.api_url.rstrip("/")
        return f"{base}{path}?{urlencode(query)}"

    def fetch(self, url: str, failed: Failed | None = None) -> BinaryIO:
        """The bytes at an address. `failed` makes what `read` raises of a trouble
        in the middle; without it that is the trouble itself."""
        response = self._patiently(
            lambda: attempts.stream(self.session, url, self.host), own_patience=PART_PATIENCE
        )
        return cast(
            "BinaryIO",
            BufferedReader(Download(response, self.host, self.beat, self.total, failed), BLOCK),
        )

    # ── whose fault it is ────────────────────────────────────────────────────

    def own_fault(self, trouble: Trouble | Denied) -> str:
        """Why one series or file is not to be had, as a clause, when that is its
        own fault: the server is well. Raises the trouble when it is not, and when
        it is of everything: a token, a quota, our own budget."""
        if isinstance(trouble, Denied):
            return "the account may not see it"
        if isinstance(trouble, (Unauthorized, Busy, Spent)) or self.budget.left <= 0:
            raise trouble
        self._see_that_it_is_well()
        return f"could not be read: {str(trouble).rstrip('.')}"

    def _see_that_it_is_well(self) -> None:
        self.ask("backend", "listProjects", **project_page(0))

    def part_failed(self, trouble: Trouble | Denied, experiment: str, path: str) -> OSError:
        """Notes a file that fails, to be tried again; the error to raise for it."""
        why = self.own_fault(trouble).removeprefix("could not be read: ")
        self.failing.append((experiment, path))
        return OSError(errno.EIO, why, path)

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
            self._session = self._let_in()
        return self._session

    def _let_in(self) -> Session:
        try:
            return self._patiently(self._log_in)
        except Denied as error:
            raise Unauthorized(str(error), kind="hidden") from error
        except NotThere as error:
            words = "is no Neptune, or not where the token says. Check the token."
            raise Unavailable(f"{self.host}: {words}", kind="address") from error

    def clock_skew(self) -> float | None:
        """The server's clock at log-in minus ours, in seconds; None if untold."""
        return self._skew if self.session else None

    # ── before a request ─────────────────────────────────────────────────────

    @property
    def requests(self) -> int:
        """All that went out, retries and log-in too."""
        return self.budget.made

    def _spend(self) -> float:
        """Before every request. The seconds that it may take."""
        self.beat()
        self.budget.spend_request(self.host)
        return max(0.1, min(self.total, self.budget.left))

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """For Test connection, while a person waits: all that is asked meanwhile
        answers within ten seconds, or is Unavailable. Importing the client, which
        can take some seconds, is not the other side's fault."""
        usual, _ = self._patience, self.host
        self._patience, self.budget.ends_at = 0.0, time.monotonic() + TESTED_WITHIN
        try:
            yield
        finally:
            self._patience, self.budget.ends_at = usual, math.inf

    def _log_in(self) -> Session:
        """The probe first: a wrong address is told apart from a wrong token."""
        bounds = Bounds(self._read, self._spend)
        self._skew = attempts.probed(self.address, bounds)
        return opening.opened(self._token, self.address, bounds)

    # ── patience ─────────────────────────────────────────────────────────────

    def _patiently[Answer](
        self, attempt: Callable[[], Answer], *, own_patience: float = math.inf
    ) -> Answer:
        """Again while it may help and the patience lasts, else the trouble.

        `own_patience` holds for pauses that we choose; those that the server
        asks for are waited out even so.
        """
        host, expected = self.host, failures()  # in this order: the first imports the client
        spent, tries, tokens = 0.0, 0, 0
        while True:
            try:
                return attempt()
            except expected as error:
                verdict = judged(error, host)
                pause = self._pause(verdict, tries, tokens)
                most = self._patience if verdict.wait else min(self._patience, own_patience)
                if pause is None or spent + pause > most or not self.budget.allows(pause):
                    raise verdict.trouble from error
            if verdict.refresh:
                tokens += 1
                self._forget_access_token()
            self.budget.waited += pause
            self.budget.repeated += 1
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


def project_page(first: int) -> dict[str, Any]:
    """The first page as the client itself asks; some servers know no offset."""
    asked: dict[str, Any] = {"userRelation": "viewerOrHigher", "sortBy": ["lastViewed"]}
    return asked | ({"offset": first} if first else {})
