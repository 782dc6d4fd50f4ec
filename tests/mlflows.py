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

from demo.mlflow import Line, Server, installed
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


class Lines(dict[Line, Server]):
    """Those that are installed; a test that asks for another one fails by itself."""

    def __missing__(self, line: Line) -> Server:
        pytest.fail(f"No MLflow of line {line} is installed: make mlflow")


def begin(folder: Path) -> Lines:
    there = [line for line in LINES if installed(line)]
    servers = Lines({line: Server(folder / f"mlflow{line}", line=line) for line in there})
    with mock.patch.dict(os.environ, HOOKS):
        for one in servers.values():
            one.start()
    (folder / PORTS).write_text(json.dumps({line: one.port for line, one in servers.items()}))
    return servers


def end(servers: Lines) -> None:
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
def mlflows() -> Iterator[Lines]:
    """By line, and perhaps not answering yet: `mlflows["3"].wait()`."""
    folder = Path(os.environ["LABLEDGER_TEST_SERVERS"])
    if (folder / PORTS).exists():
        ports = json.loads((folder / PORTS).read_text())
        at = ports.items()
        yield Lines({line: Begun(folder / f"mlflow{line}", line=line, port=on) for line, on in at})
        return
    servers = begin(folder)
    try:
        yield servers
    finally:
        end(servers)
