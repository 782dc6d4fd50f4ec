"""The practice Neptune as an HTTP server on the loopback."""

import threading
from collections import Counter
from http.server import ThreadingHTTPServer
from typing import Any, Self

from demo.neptune import tokens
from demo.neptune.answers.backend import ACCESS_LIVES
from demo.neptune.faults import Fault, Faults
from demo.neptune.requests import Handler
from demo.neptune.store import Store


class Practice:
    """Serves a store. A context manager: `with Practice(store).start() as neptune:`.

    `asked` counts the requests by operation. `token_lives` is how many
    seconds an access token is good for; `zip_polls` how often a zip is
    "not ready yet" before it is; `projects_a_page` how many projects a
    listing without a limit holds, `rows_a_page` the most of a table's page.
    """

    def __init__(self, store: Store | None = None, *, port: int = 0) -> None:
        self.store = store if store is not None else Store()
        self.asked: Counter[str] = Counter()
        self.faults = Faults()
        self.revoked: set[str] = set()
        self.uploads: dict[str, tuple[bytearray, str]] = {}
        self.zips: dict[str, list[Any]] = {}
        self.token_lives = ACCESS_LIVES
        self.zip_polls = 0
        self.projects_a_page = 100
        self.rows_a_page = 10_000
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listens from here on, in threads of its own."""
        handler = type("PracticeHandler", (Handler,), {"practice": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._port = self._server.server_port
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def issuer(self) -> str:
        return f"{self.url}/auth/realms/neptune"

    def token(self, user: str) -> str:
        """The API token of a user. Every name is a user."""
        return tokens.api_token(user, self.url)

    def fault(self, fault: Fault) -> Fault:
        """Misbehaves like this from the next matching request on."""
        return self.faults.add(fault)
