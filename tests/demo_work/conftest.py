"""The sample as it is on its own day, unpacked once for all tests that only read."""

from datetime import UTC, datetime

import pytest

from demo.neptune import Store
from demo.work import Paths, prepared

TOLD = datetime(2026, 11, 24, 7, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return prepared(tmp_path_factory.mktemp("sample"), TOLD)


@pytest.fixture(scope="session")
def store(sample: Paths) -> Store:
    return Store.load(sample.neptune)
