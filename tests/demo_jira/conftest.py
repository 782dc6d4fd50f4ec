"""A practice Jira of the story, in both manners, and a caller for it."""

from collections.abc import Iterator

import pytest

from demo.jira import Practice
from tests.demo_jira.caller import Caller, calling
from tests.demo_jira.story import started


@pytest.fixture(params=["cloud", "dc"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    """Each test that takes this runs in both manners."""
    with started(request.param) as running:
        yield running


@pytest.fixture
def caller(practice: Practice) -> Iterator[Caller]:
    """mia, in both manners."""
    with calling(practice) as made:
        yield made


@pytest.fixture
def cloud() -> Iterator[Caller]:
    """mia on Cloud."""
    with started("cloud") as running, calling(running) as made:
        yield made


@pytest.fixture
def data_center() -> Iterator[Caller]:
    """mia on Data Center."""
    with started("dc") as running, calling(running) as made:
        yield made
