from collections.abc import Iterator

import pytest

from demo.neptune import Practice
from tests.demo_neptune.writing import PROJECT


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    with Practice().start() as running:
        running.store.add_project(PROJECT, key="DOC")
        yield running


@pytest.fixture(autouse=True)
def behaving(practice: Practice) -> Iterator[None]:
    yield
    practice.faults.clear()
    practice.store.now = None
