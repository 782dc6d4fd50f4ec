"""Many issues: no more than pages in memory, and a reading that is killed goes on."""

import gc
import os
import signal
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from demo.jira import Practice
from demo.jira.crowd import crowd
from portal.streams import KINDS
from sources import engine
from sources.connectors.jira.cloud import FETCH
from sources.models import Source, Sync
from sprints import streams
from sprints.models import Task
from tests.sprints_streams import dying

ISSUES, PAGE = 600, 200
AGAIN = 5  # issues that Data Center lists a second time where one page meets the next
PATIENCE = 60
KIND = KINDS["jira"]
(READS,) = [one for one in KIND.streams if one.name == "issues"]


@pytest.fixture(scope="module", params=["cloud", "dc"])
def crowded(request: pytest.FixtureRequest) -> Iterator[Practice]:
    with Practice(crowd(ISSUES), mode=request.param) as running:
        yield running


def source_of(practice: Practice) -> Source:
    made = Source(slug="crowd", name="Crowd", kind="jira")
    email = "p00@example.org" if practice.mode == "cloud" else ""
    made.settings = {"address": practice.url, "mode": practice.mode, "email": email}
    made.secret = "crowd"
    made.save()
    return made


@pytest.fixture(autouse=True)
def new_objects_only() -> Iterator[None]:
    """What is here already is no record of this test, and need not be looked through."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def living() -> int:
    """The issue records that exist in this process, whoever holds them."""
    gc.collect()
    return sum(1 for one in gc.get_objects() if type(one) is dict and is_record(one))


def is_record(one: dict[Any, Any]) -> bool:
    return "worklogs" in one and "changelog" in one and "epic" in one


class Counted:
    """Pages as they come, and the most records that lived while one was stored."""

    def __init__(self) -> None:
        self.pages = self.records = self.most = 0

    def __call__(self, pages: Iterator[Any]) -> Iterator[Any]:
        for page in pages:
            self.pages += bool(page.records)
            self.records += len(page.records)
            yield page
            self.most = max(self.most, living())


def read(source: Source, stream: Any) -> Sync:
    Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now())
    source.refresh_from_db()
    sync = engine.claim(source)
    assert sync is not None
    engine.read(source, sync, lambda: KIND.client(source), [stream])
    sync.refresh_from_db()
    return sync


@pytest.mark.django_db
def test_a_reading_holds_no_more_than_a_page_or_two(crowded: Practice) -> None:
    """Connector, engine and store together, from the first issue to the last."""
    counted = Counted()
    pages = lambda client, since: counted(READS.pages(client, since))  # noqa: E731
    sync = read(source_of(crowded), replace(READS, pages=pages))
    assert (sync.outcome, counted.records, Task.objects.count()) == ("done", ISSUES, ISSUES)
    assert counted.pages >= ISSUES / PAGE
    assert 0 < counted.most <= 2 * PAGE


@pytest.mark.django_db
def test_a_sweep_that_finds_everything_missing_holds_no_more_either(crowded: Practice) -> None:
    """Ids of all issues, and records by pages."""
    source, counted = source_of(crowded), Counted()
    client = KIND.client(source)
    for page in counted(streams.sweep_pages(client, source)):
        with transaction.atomic():
            streams.store_swept(source, page.records)
    client.close()
    assert Task.objects.count() == ISSUES
    assert 0 < counted.most <= 2 * PAGE


# ── killed ───────────────────────────────────────────────────────────────────


def killed(source: Source, after: int) -> None:
    """By SIGKILL, in a process of its own, when so many pages are stored."""
    connections.close_all()  # a fork would share them
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the practice Jira's threads stay
        process = os.fork()
    if process == 0:
        signal.alarm(PATIENCE)  # whatever it waits for then
        try:
            dying.read(source, after)
        finally:
            os._exit(1)
    _, ended = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(ended) == -signal.SIGKILL


def bodies(practice: Practice) -> Counter[str]:
    """Requests that bring whole issues: FETCH each (Cloud), a page each (Data Center)."""
    routes = ("issue/bulkfetch", "search/jql") if practice.mode == "cloud" else ("/search",)
    return Counter(
        {name: count for name, count in practice.requests.items() if name.endswith(routes)}
    )


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_is_killed_goes_on_where_it_was(crowded: Practice) -> None:
    source, before = source_of(crowded), bodies(crowded)
    killed(source, after=1)
    assert Task.objects.count() == PAGE
    assert Sync.objects.get().outcome == "", "nobody could say how it ended"
    killed(source_again(source), after=1)
    assert 2 * PAGE - AGAIN <= Task.objects.count() <= 2 * PAGE
    sync = read(source, READS)
    assert (sync.outcome, Task.objects.count()) == ("done", ISSUES)
    read_now = sync.inserted + sync.updated + sync.unchanged
    assert read_now <= 2 * PAGE + AGAIN, "what was stored before is not read again"
    once = {"cloud": 1 + ISSUES // FETCH, "dc": ISSUES // PAGE + 1}[crowded.mode]
    once += 1  # at the end, what has changed since it began
    lost = {"cloud": PAGE // FETCH, "dc": 1}[crowded.mode]  # the page that each was killed with
    assert (bodies(crowded) - before).total() <= once + 2 * lost


def source_again(source: Source) -> Source:
    """Its lease has run out."""
    Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now())
    return Source.objects.get(pk=source.pk)
