from collections.abc import Iterator

import pytest

from demo.mlflow import Line, Server, Writer
from sources.connectors.mlflow.client import MlflowClient


def served(factory: pytest.TempPathFactory, line: Line) -> Iterator[Server]:
    server = Server(factory.mktemp(f"mlflow{line}"), line=line)
    try:
        yield server.start().wait()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real MLflow of the present line."""
    yield from served(tmp_path_factory, "3")


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real MLflow of the line before."""
    yield from served(tmp_path_factory, "2")


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
