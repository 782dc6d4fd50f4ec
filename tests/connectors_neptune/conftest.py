from collections.abc import Iterator

import pytest

from demo.neptune import Practice
from sources.connectors.neptune import NeptuneClient
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    writing.client()
    with Practice().start() as running:
        running.store.add_project(PROJECT, key="DOC")
        yield running


@pytest.fixture(autouse=True)
def behaving(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "practice" in request.fixturenames:
        running = request.getfixturevalue("practice")
        running.faults.clear()
        running.store.now = None
        running.zip_polls = 0
        running.rows_a_page = 10_000


@pytest.fixture
def neptune(practice: Practice) -> Iterator[NeptuneClient]:
    """A reader that does not sleep, but says for how long it would have."""
    client = NeptuneClient(practice.token("reader"))
    client.slept = []
    client._wire.sleep = client.slept.append
    yield client
    client.close()
