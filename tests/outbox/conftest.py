"""A practice Jira in both manners, mirrored into the tables, that may be written to."""

from collections.abc import Iterator

import pytest

from tests.outbox.desk import Desk, running


@pytest.fixture(params=["cloud", "dc"])
def manner(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def desk(db: None, manner: str) -> Iterator[Desk]:
    with running(manner) as practice:
        yield Desk(practice)


@pytest.fixture
def lasting_desk(transactional_db: None, manner: str) -> Iterator[Desk]:
    """For other processes and threads to see what this one has committed."""
    with running(manner) as practice:
        yield Desk(practice)
