"""Each test that takes `mode` or `practice` runs in both manners of Jira."""

from collections.abc import Iterator

import pytest

from demo.jira import Practice
from tests.connectors_jira.story import jira


@pytest.fixture(params=["cloud", "dc"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def practice(mode: str) -> Iterator[Practice]:
    """Ten plain issues of DOC."""
    with jira(mode) as running:
        yield running
