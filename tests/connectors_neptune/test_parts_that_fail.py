"""One project, series or file that cannot be read keeps nothing else from being read."""

import time
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from demo.neptune import Fault
from sources.connectors.base import FileRecord, Spent, Unauthorized, Unavailable
from sources.connectors.neptune import NeptuneClient, position, reading
from sources.http import Budget
from tests.connectors_neptune.reading import bytes_of, read
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT

PAGE, SERIES, FILE = "searchLeaderboardEntries", "getFloatSeriesValues", "downloadAttribute"
EVER = 10_000
MINUTE = 60_000


@pytest.fixture(scope="module")
def logged(practice, tmp_path_factory):
    content = import_module("neptune.types").File.from_content
    with writing.run(practice, tmp_path_factory.mktemp("parts")) as run:
        run["loss"].extend([1.0, 0.5])
        run["recall"].extend([0.1, 0.9])
        run["weights"].upload(content("w" * 200_000))
        run["note"].upload(content("seen"))
        plot = tmp_path_factory.mktemp("plots") / "roc.txt"
        plot.write_text("0 1")
        run["plots"].upload_files(str(plot))
        return run["sys/id"].fetch()


@pytest.fixture(autouse=True)
def at_rest(practice):
    """An hour later nobody takes the run for one at work."""
    practice.store.now = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """The time that a reading goes by, in epoch ms, at a list's only place."""
    now = [time.time_ns() // 1_000_000]
    monkeypatch.setattr(reading, "milliseconds_now", lambda: now[0])
    return now


def of(path):
    return lambda query: query.get("attribute") == path


def opened(client, since=None):
    """As the store reads it: files are opened before the next page is asked for."""
    contents, gaps, place = {}, [], since
    for page in client.records(PROJECT, since):
        for one in page.records:
            if isinstance(one, FileRecord) and one.open:
                try:
                    contents[one.path] = bytes_of(one)
                except OSError as error:
                    contents[one.path] = error.strerror
        gaps += page.gaps
        place = page.resume
    return contents, gaps, place


# ── projects ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("operation", ["getProject", PAGE])
def test_a_project_that_is_refused_keeps_its_position(practice, logged, neptune, operation):
    before = read(neptune)
    practice.fault(Fault(operation, status=403))
    found = read(neptune, before.position)
    assert [(gap.what, gap.why) for gap in found.gaps] == [
        (f"project {PROJECT}", "is not there, or the account may not see it")
    ]
    assert found.position == before.position


def test_a_wrong_token_is_no_gap(practice, logged, neptune):
    neptune.projects()
    practice.fault(Fault(PAGE, status=401, times=EVER))
    with pytest.raises(Unauthorized, match="refused the API token"):
        read(neptune)


# ── series ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "why"), [(500, "is not well (500)"), (403, "the account may not see it")]
)
def test_a_series_that_always_fails_is_a_gap_and_comes_when_it_works(
    practice, logged, neptune, clock, status, why
):
    practice.fault(Fault(SERIES, status=status, times=EVER, when=of("loss")))
    first = read(neptune)
    assert first.values(logged, "recall") == [0.1, 0.9]
    (gap,) = first.gaps_of("loss")
    assert why in gap.why
    assert gap.why.endswith("it is tried again")

    practice.faults.clear()
    soon = read(neptune, first.position)
    assert soon.values(logged, "loss") == [], "not before its time"
    clock[0] += 11 * MINUTE
    later = read(neptune, soon.position)
    assert later.values(logged, "loss") == [1.0, 0.5]
    assert later.values(logged, "recall") == [], "the rest is not read again"
    clock[0] += 60 * MINUTE
    assert read(neptune, later.position).runs == {}


def test_what_fails_again_is_tried_less_and_less_often(practice, logged, neptune, clock):
    practice.fault(Fault(SERIES, status=403, times=EVER, when=of("loss")))
    place, tried = None, []
    for minute in range(0, 200, 5):
        before = practice.asked[SERIES]
        place = read(neptune, place).position
        clock[0] += 5 * MINUTE
        if practice.asked[SERIES] > before:
            tried.append(minute)
    assert tried == [0, 10, 30, 70, 150]


def test_a_server_that_is_away_is_no_gap_of_one_series(practice, logged, neptune):
    neptune.projects()
    practice.fault(Fault(SERIES, status=503, times=EVER))
    practice.fault(Fault("listProjects", status=503, times=EVER))
    with pytest.raises(Unavailable, match=r"is not well \(503\)"):
        read(neptune)


def test_a_quota_is_no_gap_of_one_series(practice, logged, neptune):
    practice.fault(Fault(SERIES, status=429, headers={"Retry-After": "3600"}, times=EVER))
    with pytest.raises(Unavailable, match="slow down") as trouble:
        read(neptune)
    assert trouble.value.retry_at


# ── files ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}, {"cut": True}, {"drop": True}])
def test_a_file_that_always_fails_is_left_out_and_comes_when_it_works(
    practice, logged, neptune, clock, fault
):
    practice.fault(Fault(FILE, times=EVER, when=of("weights"), **fault))
    contents, _, place = opened(neptune)
    assert contents["note"] == b"seen"
    assert isinstance(contents["weights"], str)
    assert logged in place["run"]["again"]
    assert logged not in place["run"]["unfinished"]

    practice.faults.clear()
    assert opened(neptune, place)[0] == {}, "not before its time"
    clock[0] += 11 * MINUTE
    contents, _, place = opened(neptune, place)
    assert contents["weights"] == b"w" * 200_000
    assert place["run"]["again"] == {}


def test_until_its_files_are_in_a_run_is_not_finished(practice, logged, neptune):
    """A worker that dies while it fetches them begins with them anew."""
    pages = neptune.records(PROJECT)
    first = next(page for page in pages if any(isinstance(r, FileRecord) for r in page.records))
    pages.close()
    assert logged in first.resume["run"]["unfinished"]
    assert set(opened(neptune, first.resume)[0]) >= {"weights", "note"}


def test_large_files_make_small_pages(practice, logged, neptune, monkeypatch):
    """Between two pages a worker looks whether others wait for it."""
    monkeypatch.setattr(reading, "BYTES", 100_000)
    pages = [
        [one for one in page.records if isinstance(one, FileRecord)]
        for page in neptune.records(PROJECT)
    ]
    assert all(sum(one.size or 0 for one in page[:-1]) < 100_000 for page in pages)
    assert sum(bool(page) for page in pages) > 1


def test_a_file_set_that_fails_is_tried_again(practice, logged, neptune, clock):
    operation = "prepareForDownloadFileSetAttributeZip"
    practice.fault(Fault(operation, status=500, times=EVER))
    first = read(neptune)
    if not first.gaps_of("plots"):
        pytest.fail("no file set was asked for")
    practice.faults.clear()
    clock[0] += 11 * MINUTE
    assert not read(neptune, first.position).gaps_of("plots")


def test_when_much_fails_the_rest_comes_another_time(practice, logged, neptune, monkeypatch):
    """What was noted is kept: the page is handed over first."""
    monkeypatch.setattr(reading, "MOST_FAILING", 0)
    monkeypatch.setattr(reading, "RECORDS", 1)
    practice.fault(Fault(SERIES, status=403, times=EVER))
    places = []
    with pytest.raises(Unavailable, match="cannot be read"):
        places.extend(page.resume for page in neptune.records(PROJECT))
    assert logged in places[-1]["run"]["again"]


def test_a_position_of_before_is_understood():
    kept = position.Position().to_json()
    for mark in kept.values():
        del mark["again"]
    assert position.Position.from_json(kept) == position.Position()


# ── time and budget ──────────────────────────────────────────────────────────


def test_an_answer_that_drips_is_not_waited_for(practice, logged):
    client = NeptuneClient(practice.token("hasty"), patience=0.0)
    client._wire.total = 0.5
    client.projects()
    practice.fault(Fault(PAGE, drip=0.05))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        read(client)
    assert time.monotonic() - began < 5
    client.close()


def test_a_file_that_drips_is_not_waited_for(practice, logged):
    client = NeptuneClient(practice.token("hasty"), patience=0.0)
    record = read(client).file(logged, "weights")
    client._wire.total = 0.5
    practice.fault(Fault(FILE, drip=0.02))
    began = time.monotonic()
    with pytest.raises(OSError, match=r"middle of a file|in time"):
        bytes_of(record)
    assert time.monotonic() - began < 5
    client.close()


def test_a_sync_has_a_budget_of_requests(practice, logged, neptune):
    neptune._wire.budget = Budget(requests=9)
    with pytest.raises(Spent, match="has made its 9 requests"):
        read(neptune)
    assert neptune.requests == 9


def test_a_sync_has_a_budget_of_waiting(practice, logged, neptune):
    neptune._wire.budget = Budget(waiting=5.0)
    practice.fault(Fault(PAGE, status=503, times=EVER))
    with pytest.raises(Unavailable):
        read(neptune)
    assert sum(neptune.slept) <= 5.0


def test_the_connection_test_is_over_in_time(practice, logged, monkeypatch):
    monkeypatch.setattr("sources.connectors.neptune.wire.TESTED_WITHIN", 0.6)
    client = NeptuneClient(practice.token("hasty"))
    _ = client._wire.host  # the client library is imported
    practice.fault(Fault("*", slow=0.25, times=EVER))
    began = time.monotonic()
    with pytest.raises(Unavailable):
        client.test()
    assert time.monotonic() - began < 3
    client.close()
