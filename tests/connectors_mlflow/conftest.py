from collections.abc import Iterator

import pytest

from demo.mlflow import Line, Server, Writer
from sources.connectors.mlflow.client import MlflowClient


@pytest.fixture(scope="session")
def server(mlflows: dict[Line, Server]) -> Server:
    """A real MLflow of the present line."""
    return mlflows["3"].wait()


@pytest.fixture(scope="session")
def older(mlflows: dict[Line, Server]) -> Server:
    """A real MLflow of the line before."""
    return mlflows["2"].wait()


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
