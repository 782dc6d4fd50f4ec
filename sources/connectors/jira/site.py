"""One Jira: its address, how one logs in, who one is there, and asking it."""

import base64
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.jira.address import CLOUD_HOSTS, plain_address
from sources.connectors.jira.values import milliseconds
from sources.http import Budget, Limits, Reply, RequestsWire, Session, server_time

type Mode = Literal["auto", "cloud", "dc"]
type Record = dict[str, Any]

SCOPED_HOST = "api.atlassian.com"  # where tokens with scopes work, below /ex/jira/{cloudId}


class Site:
    """Asks one Jira, in Cloud's or in Data Center's manner.

    The jira package gives the session, the login and the addresses. The JSON
    is read raw, and repeating is ours: the package would write twice.
    """

    def __init__(
        self,
        address: str,
        *,
        mode: Mode = "auto",
        email: str = "",
        token: str,
        limits: Limits | None = None,
        budget: Budget | None = None,
    ) -> None:
        from jira import JIRA

        self.address = plain_address(address)
        self._jira = JIRA(
            server=self.address,
            options={"check_update": False},
            basic_auth=(email, token) if email else None,
            token_auth=None if email else token,
            get_server_info=False,
            max_retries=0,
            timeout=(5, 60),
            logging=False,
        )
        both = base64.b64encode(f"{email}:{token}".encode()).decode()
        self.session = Session(
            RequestsWire(self._jira._session),
            name=f"Jira at {self.address}",
            limits=limits,
            budget=budget,
            secrets=(token, both),
        )
        self._mode = mode
        self.epics: dict[str, str | None] = {}  # ids by key, as far as they were needed
        self._who: Record = {}
        self._server: Record | None = None

    @property
    def name(self) -> str:
        return self.session.name

    @property
    def cloud(self) -> bool:
        """Which manner it has. Asks once, where neither the setting nor the host tells."""
        if self._mode == "auto":
            self._mode = "cloud" if self._looks_cloud() else "dc"
        return self._mode == "cloud"

    def _looks_cloud(self) -> bool:
        host = urlsplit(self.address).hostname or ""
        if host.endswith(CLOUD_HOSTS) or host == SCOPED_HOST:
            return True
        server = self._server_info()
        if not server:
            return False  # whoever is asked next will say what is wrong with the token
        kind = server.get("deploymentType")
        if not isinstance(kind, str):
            raise Unavailable(f"{self.name} does not say that it is a Jira. Is the address right?")
        return kind == "Cloud"

    @property
    def pages(self) -> str:
        """Where people read it. A token with scopes has another address than they."""
        told = self._server_info().get("baseUrl")
        shown = isinstance(told, str) and told.startswith(("http://", "https://"))
        return str(told).rstrip("/") if shown else self.address

    def _server_info(self) -> Record:
        """Asked once; empty when the account may not know."""
        if self._server is None:
            url = self._jira._get_url("serverInfo")
            reply = self.session.json("GET", url, answers={401, 403, 404})
            self._server = reply.value if isinstance(reply.value, dict) else {}
        return self._server

    # ── asking ───────────────────────────────────────────────────────────────

    def ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        query: Mapping[str, str | int | list[str]] | None = None,
        body: Any = None,
        answers: Collection[int] = (),
    ) -> Reply:
        """One answer of the platform's API. Every POST of ours only reads."""
        self._jira._options["rest_api_version"] = "3" if self.cloud else "2"
        url = self._jira._get_url(path)
        return self.session.json(method, url, query=query, body=body, reading=True, answers=answers)

    def agile(
        self,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        answers: Collection[int] = (),
    ) -> Reply:
        """One answer of the API of boards and sprints."""
        url = self._jira._get_url(path, self._jira.AGILE_BASE_URL)
        return self.session.json("GET", url, query=query, answers=answers)

    def elsewhere(self, path: str, *, answers: Collection[int] = ()) -> Reply:
        """One answer from beside both APIs."""
        return self.session.json("GET", f"{self.address}/{path}", answers=answers)

    def rows(self, value: Any, key: str, path: str) -> list[Record]:
        """The list of objects at `key` of an answer (the answer itself for ""),
        or Unavailable when it has another shape."""
        found = value if not key else value.get(key) if isinstance(value, Mapping) else None
        if not isinstance(found, list):
            raise Unavailable(f"{self.name} answered {path} without {key or 'a list'}.")
        return [row for row in found if isinstance(row, dict)]

    # ── who are we ───────────────────────────────────────────────────────────

    def who(self) -> Record:
        """The account of the token, asked once.

        Searching as nobody is answered with an empty list, not with an error:
        so nothing is believed before this has said a name.
        """
        if not self._who:
            self._who = self._myself().value
        return self._who

    def clock(self) -> int:
        """The server's clock in epoch milliseconds (ours if it does not tell).

        Asks for the account anew: a token can run out in the middle of a sync,
        and from then on every list would be empty.
        """
        reply = self._myself()
        return milliseconds(server_time(reply.headers) or datetime.now(UTC))

    def _myself(self) -> Reply:
        reply = self.ask("GET", "myself", answers={401, 403})
        if reply.status == 403:
            raise Unauthorized(
                f"{self.name} lets this account in no more (403). {_denial(reply)}", kind="hidden"
            )
        known = isinstance(reply.value, dict) and bool(account_id(reply.value))
        if reply.status == 401 or not known:
            raise Unauthorized(
                f"{self.name} does not know this token: it is wrong, expired or withdrawn. "
                f"Make a new one and store it here.{self._scope_hint()}",
                kind="token",
            )
        return reply

    def _scope_hint(self) -> str:
        if not self.cloud or SCOPED_HOST in self.address:
            return ""
        return (
            f" (A token with scopes works only with the address https://{SCOPED_HOST}"
            "/ex/jira/ and the site's cloud id.)"
        )

    def close(self) -> None:
        self._jira.close()  # type: ignore[no-untyped-call]


def account_id(account: Mapping[str, Any]) -> str:
    found = account.get("accountId") or account.get("key") or account.get("name")
    return found if isinstance(found, str) else ""


def _denial(reply: Reply) -> str:
    reason = reply.headers.get("x-authentication-denied-reason", "")
    if "captcha" in reason.lower():
        return "Log in once in a browser and answer the CAPTCHA there."
    return "An administrator of that Jira must allow it."
