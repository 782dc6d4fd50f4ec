from collections.abc import Iterator

import pytest

from demo.mlflow import Line, Server, Writer
from sources.connectors.mlflow.client import MlflowClient

LINES: tuple[Line, ...] = ("3", "2")


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Line, Server]]:
    """A server a line, started together: the second imports while the first is read."""
    servers = {line: Server(tmp_path_factory.mktemp(f"mlflow{line}"), line=line) for line in LINES}
    try:
        for one in servers.values():
            one.start()
        yield servers
    finally:
        for one in servers.values():
            one.stop()


@pytest.fixture(scope="session")
def server(beginning: dict[Line, Server]) -> Server:
    """A real MLflow of the present line."""
    return beginning["3"].wait()


@pytest.fixture(scope="session")
def older(beginning: dict[Line, Server]) -> Server:
    """A real MLflow of the line before."""
    return beginning["2"].wait()


@pytest.fixture
def writer(server: Server) -> Iterator[Writer]:
    made = Writer(server.url)
    yield made
    made.close()


@pytest.fixture
def client(server: Server, request: pytest.FixtureRequest) -> Iterator[MlflowClient]:
    """Reads the one experiment that has the test's name."""
    made = MlflowClient(server.url, chosen=[request.node.name])
    yield made
    made.close()


@pytest.fixture
def experiment(writer: Writer, request: pytest.FixtureRequest) -> str:
    return writer.experiment(request.node.name)
