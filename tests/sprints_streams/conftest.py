"""A practice Jira in both manners, a source of it, and reading it into the tables."""

import pytest

from demo.jira import Practice, State
from sources.connectors.jira.client import JiraClient
from sources.http import Limits
from sources.models import Source
from tests.sprints_streams.story import STORY


@pytest.fixture(params=["cloud", "dc"])
def practice(request):
    with Practice(State.of(STORY), mode=request.param) as running:
        running.state.pass_time(86_400)
        yield running


@pytest.fixture
def source():
    return Source.objects.create(slug="jira", name="Jira", kind="jira")


@pytest.fixture
def client(practice):
    email = "m@x.y" if practice.mode == "cloud" else ""
    limits = Limits(backoff=0.01)
    with JiraClient(practice.url, email=email, token="t", projects=["DOC"], limits=limits) as made:
        yield made
