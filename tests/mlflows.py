"""One real MLflow of each line a test run, begun while other tests run.

A start costs eight seconds of a core, so xdist's controller owns them like the
other servers; a run without workers begins its own at the first test that asks.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from cryptography.fernet import Fernet

from demo.mlflow import Line, Server
from demo.mlflow.server import PATIENCE

LINES: tuple[Line, ...] = ("3", "2")
PORTS = "mlflow.json"
# Its webhooks may be sent to this machine, without TLS, as soon as they are made.
HOOKS = {
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
    "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode(),
}


class Begun(Server):
    """Started by the controller: a worker only waits until it answers."""

    def wait(self) -> Server:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"No answer:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        return self


def begin(folder: Path) -> dict[Line, Server]:
    servers = {line: Server(folder / f"mlflow{line}", line=line) for line in LINES}
    with mock.patch.dict(os.environ, HOOKS):
        for one in servers.values():
            one.start()
    (folder / PORTS).write_text(json.dumps({line: one.port for line, one in servers.items()}))
    return servers


def end(servers: dict[Line, Server]) -> None:
    for one in servers.values():
        one.stop()


class Controller:
    """xdist's hook: what a worker will run is known before it runs any of it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.begun = config, False

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        if self.begun or not any("mlflow" in one for one in ids):
            return
        self.begun = True
        servers = begin(Path(os.environ["LABLEDGER_TEST_SERVERS"]))
        self.config.add_cleanup(lambda: end(servers))


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None):
        config.pluginmanager.register(Controller(config))


@pytest.fixture(scope="session")
def mlflows() -> Iterator[dict[Line, Server]]:
    """By line, and perhaps not answering yet: `mlflows["3"].wait()`."""
    folder = Path(os.environ["LABLEDGER_TEST_SERVERS"])
    if (folder / PORTS).exists():
        ports = json.loads((folder / PORTS).read_text())
        yield {line: Begun(folder / f"mlflow{line}", line=line, port=ports[line]) for line in LINES}
        return
    servers = begin(folder)
    try:
        yield servers
    finally:
        end(servers)
