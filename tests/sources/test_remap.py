"""Stored records are mapped anew, without asking: as a whole reading would leave them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from demo.jira import Practice, State
from portal import tasks
from portal.streams import KINDS
from sources import claims, engine, remap
from sources.models import Cursor, Document, Payload, Source, Sync
from sprints.models import Comment, Member, Sprint, Task, TaskEvent, TaskKey, TaskLink, Worklog
from tests.sprints_streams.story import STORY

pytestmark = pytest.mark.django_db

TABLES = (Task, Sprint, TaskKey, TaskEvent, TaskLink, Comment, Worklog, Member, Document)
NUMBERED = {"id"}  # differ when rows are made again
HIDDEN = "10004"


@pytest.fixture
def practice() -> Iterator[Practice]:
    with Practice(State.of(STORY), mode="cloud") as running:
        running.state.pass_time(86_400)
        yield running


@pytest.fixture
def source(practice: Practice) -> Source:
    made = Source(slug="jira", name="Jira", kind="jira")
    made.settings = {"address": practice.url, "email": "m@x.y", "projects": ["DOC"]}
    made.secret = "t"
    made.save()
    return made


def synced(source: Source, *, from_stored: bool = False) -> Sync:
    """A sync from its claim to its end, as a worker does it."""
    Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now(), claim=None)
    source.refresh_from_db()
    sync = engine.claim(source, from_stored=from_stored)
    assert sync is not None
    tasks.read_source(str(source.pk), str(sync.pk))
    sync.refresh_from_db()
    source.refresh_from_db()
    return sync


def table(model: Any) -> list[dict[str, Any]]:
    rows = [
        {name: value for name, value in row.items() if name not in NUMBERED}
        for row in model.objects.values()
    ]
    return sorted(rows, key=repr)


def tables() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: table(model) for model in TABLES}


def hypotheses() -> set[str]:
    return set(Task.objects.filter(is_hypothesis=True).values_list("name", flat=True))


def count_as(source: Source, *types: str) -> None:
    source.settings = {**source.settings, "hypothesis_types": list(types)}
    source.map_anew()


def test_after_a_mapping_anew_nothing_differs_from_a_whole_reading(
    source: Source, practice: Practice
) -> None:
    assert synced(source).outcome == "done"
    assert hypotheses() == {"DOC-3"}
    count_as(source, "Another type")
    asked = len(practice.requests)
    sync = synced(source, from_stored=True)
    assert (sync.outcome, sync.requests, sync.gap_count) == ("done", 0, 0)
    assert len(practice.requests) == asked, "nothing is asked for"
    assert hypotheses() == set()
    mapped = tables()
    source.cursors.update(position=None, finished_at=None)
    for model in (*TABLES, Payload):
        model.objects.filter(source=source.pk).delete()
    assert synced(source).outcome == "done"
    assert tables() == mapped


def test_raw_records_stay_as_they_were_fetched(source: Source) -> None:
    synced(source)
    before = list(Payload.objects.order_by("key").values())
    count_as(source, "Another type")
    assert synced(source, from_stored=True).updated
    assert list(Payload.objects.order_by("key").values()) == before


def test_what_is_hidden_stays_hidden(source: Source) -> None:
    synced(source)
    Task.objects.filter(external_id=HIDDEN).update(removed_at=timezone.now())
    count_as(source, "Another type")
    synced(source, from_stored=True)
    assert Task.objects.get(external_id=HIDDEN).removed_at is not None


def test_a_row_without_its_raw_record_is_a_gap(source: Source) -> None:
    synced(source)
    Payload.objects.filter(key=source.key("task", "10003")).delete()
    count_as(source, "Another type")
    sync = synced(source, from_stored=True)
    assert sync.outcome == "partial"
    assert [gap["what"] for gap in sync.gaps] == ["task 10003"]
    assert hypotheses() == {"DOC-3"}


def test_a_mapping_that_was_cut_off_is_finished_by_the_next_whole_sync(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(source)
    other = timezone.now() - timedelta(minutes=1)
    Source.objects.create(slug="b", name="B", kind="jira", next_sync_at=other)
    monkeypatch.setattr(remap, "PAGE", 1)
    monkeypatch.setattr(claims, "TURN", timedelta(0))
    count_as(source, "Another type")
    assert synced(source, from_stored=True).outcome == "parked"
    assert remap.waits(source)
    monkeypatch.setattr(claims, "TURN", timedelta(minutes=2))
    assert synced(source).outcome == "done"
    assert not remap.waits(source)
    assert hypotheses() == set()


def test_the_next_reading_finds_everything_unchanged(source: Source) -> None:
    synced(source)
    count_as(source, "Another type")
    synced(source, from_stored=True)
    source.cursors.filter(stream="issues").update(position=None)
    before = tables()
    sync = synced(source)
    assert sync.inserted == 0
    assert tables() == before


def test_a_reading_under_way_by_the_old_settings_is_set_aside_and_goes_on(
    source: Source,
) -> None:
    synced(source)
    place = Cursor.objects.get(source=source, stream="issues").position
    Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now())
    source.refresh_from_db()
    old = engine.claim(source)
    assert old is not None
    assert claims.begin(source, old)
    count_as(source, "Another type")
    old.refresh_from_db()
    assert (old.outcome, old.trouble) == ("parked", "settings")
    assert not source.renew(old.pk, timezone.now())
    assert Cursor.objects.get(source=source, stream="issues").position == place


def test_a_forecast_names_what_would_change_and_stores_nothing(source: Source) -> None:
    synced(source)
    before = tables()
    source.settings = {**source.settings, "hypothesis_types": ["Another type"]}
    found = remap.forecast(source, KINDS["jira"].stored)
    assert (found.looked, found.odd) == (found.total, 0)
    (change,) = found.changes
    assert change.row.name == "DOC-3"
    assert change.columns["is_hypothesis"] == (True, False)
    assert tables() == before


def test_a_forecast_of_the_same_settings_is_nothing(source: Source) -> None:
    synced(source)
    assert remap.forecast(source, KINDS["jira"].stored).changes == []
