"""A practice Jira with a door for its webhooks, and a worker that runs at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache

from demo.jira import Practice, State
from portal import tasks
from portal.celery import app
from sources.models import Source
from sources.webhooks.models import Webhook
from sources.webhooks.receiving import open_door
from tests.sprints_streams.story import STORY


@pytest.fixture(params=["cloud", "dc"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    with Practice(State.of(STORY), mode=request.param) as running:
        running.state.pass_time(86_400)
        yield running


def source_of(practice: Practice) -> Source:
    email = "m@x.y" if practice.mode == "cloud" else ""
    settings = {"address": practice.url, "email": email, "projects": ["DOC"]}
    made = Source(slug="jira", name="Jira", kind="jira", settings=settings)
    made.secret = "t"
    made.save()
    made.viewers.set(Group.objects.filter(name="viewer"))
    return made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks run where they are sent from."""
    cache.clear()
    monkeypatch.setitem(app.conf, "task_always_eager", True)


@pytest.fixture
def source(
    practice: Practice, db: None, at_once: None, django_capture_on_commit_callbacks: Any
) -> Source:
    """Read once, to its end."""
    made = source_of(practice)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.start_sync(made)
    made.refresh_from_db()
    assert made.syncs.get().outcome == "done", made.syncs.get().error
    return made


@pytest.fixture
def webhook(source: Source) -> Webhook:
    return open_door(source, signed=True)
