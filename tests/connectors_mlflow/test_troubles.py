"""Servers that are slow, broken, rate-limited or closed, with a real one behind."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TypeGuard

import pytest

from demo.mlflow import Server, Writer
from sources.connectors.base import RunRecord, Trouble, Unauthorized, Unavailable
from sources.connectors.mlflow import reading
from sources.connectors.mlflow.address import plain_address
from sources.connectors.mlflow.client import MlflowClient
from sources.connectors.mlflow.listing import RunSearch
from sources.connectors.mlflow.tags import TASKS
from sources.connectors.mlflow.writes import Tagger, TaskTag
from sources.connectors.writing import Declined
from sources.http import Limits
from tests.connectors_mlflow.proxy import Fault, Proxy, a_web_page, cut_off, status
from tests.connectors_mlflow.reading import Readings
from tests.http.faulty import answer, faulty

START = 1_790_000_000_000
SHORT = Limits(connect=2.0, read=1.0, total=1.5, attempts=3, backoff=0.01)


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.url) as between:
        yield between


@pytest.fixture(scope="module")
def two_runs(server: Server) -> str:
    """An experiment with two finished runs that have a history each."""
    writer = Writer(server.url)
    experiment = writer.experiment("two runs")
    for _ in range(2):
        points = [(step, START + step, 1.0) for step in range(30)]
        writer.run(experiment, start=START, end=START + 1, metrics={"loss": points})
    writer.close()
    return experiment


@pytest.fixture
def hasty(proxy: Proxy, two_runs: str) -> Iterator[MlflowClient]:
    made = MlflowClient(proxy.url, chosen=[two_runs], limits=SHORT)
    yield made
    made.close()


@pytest.mark.parametrize(
    "spoil",
    [
        status(429, retry_after="0"),
        status(429, retry_after=format_datetime(datetime.now(UTC) - timedelta(hours=1))),
        status(500),
        status(503),
        "reset",
        cut_off,
        a_web_page,
    ],
    ids=["429 seconds", "429 date", "500", "503", "reset", "cut JSON", "HTML"],
)
def test_a_passing_fault_loses_nothing_wherever_it_is_met(
    proxy: Proxy, hasty: MlflowClient, spoil: object
) -> None:
    for at in ("experiments/search", "runs/search", "get-history"):
        proxy.faults.append(Fault(at, spoil))  # type: ignore[arg-type]
    found = Readings(hasty.runs())
    assert len(found.runs) == 2
    assert [len(one.steps) for one in found.series.values()] == [30, 30]
    assert found.gaps == []
    assert [fault.times for fault in proxy.faults] == [0, 0, 0]


@pytest.mark.parametrize("spoil", [status(500), "reset", a_web_page])
def test_a_fault_that_stays_is_unavailable_in_words(
    proxy: Proxy, hasty: MlflowClient, spoil: object
) -> None:
    proxy.faults.append(Fault("runs/search", spoil, times=99))  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="MLflow at"):
        Readings(hasty.runs())


def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(proxy: Proxy, two_runs: str) -> None:
    client = MlflowClient(proxy.url, chosen=[two_runs], limits=replace(SHORT, attempts=1))
    proxy.faults.append(Fault("runs/search", "drip", times=99))
    with pytest.raises(Unavailable, match="MLflow at"):
        Readings(client.runs())
    client.close()


def test_a_long_rest_is_not_slept_but_told(proxy: Proxy, hasty: MlflowClient) -> None:
    proxy.faults.append(Fault("runs/search", status(429, retry_after="3600"), times=99))
    with pytest.raises(Unavailable) as caught:
        Readings(hasty.runs())
    assert caught.value.retry_at is not None
    assert caught.value.retry_at > datetime.now(UTC) + timedelta(minutes=59)


def test_a_reading_that_broke_off_is_finished_by_the_next(
    proxy: Proxy, hasty: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page is stored, runs and one series; then the server goes away."""
    monkeypatch.setattr(reading, "RECORDS", 3)
    pages = hasty.runs()
    proxy.faults.append(Fault("artifacts/list", status(429), times=99))
    stored = next(pages)
    with pytest.raises(Unavailable):
        Readings(pages)
    proxy.faults.clear()
    known = {one.run: str(one.provenance["seen"]) for one in stored.records if is_run(one)}
    assert len(known) == 2
    found = Readings(hasty.runs(stored.resume, lambda _: known))
    assert len(found.series) == 2


def is_run(record: object) -> TypeGuard[RunRecord]:
    return isinstance(record, RunRecord)


def test_a_server_without_bulk_histories_is_asked_one_by_one(
    proxy: Proxy, hasty: MlflowClient
) -> None:
    proxy.faults.append(Fault("get-history-bulk", status(404), times=99))
    found = Readings(hasty.runs())
    assert [len(one.steps) for one in found.series.values()] == [30, 30]
    assert sum("get-history?" in asked for asked in proxy.asked) == 2


def test_an_experiment_that_is_closed_to_us_is_a_gap_and_the_others_are_read(
    proxy: Proxy, two_runs: str, writer: Writer
) -> None:
    closed = writer.experiment("closed")
    writer.run(closed, start=START)
    client = MlflowClient(proxy.url, chosen=[closed, two_runs], limits=SHORT)
    first = Readings(client.runs())
    assert len(first.runs) == 3
    proxy.faults.append(Fault(f'"{closed}"', status(403), times=99))
    again = Readings(client.runs(first.resume))
    client.close()
    assert [gap.what for gap in again.gaps] == ["experiment closed"]
    assert "403" in again.gaps[0].why


@pytest.mark.parametrize("spoil", ["reset", status(500), status(403)])
def test_a_file_that_cannot_be_had_is_an_oserror_while_its_server_is_well(
    proxy: Proxy, writer: Writer, experiment: str, spoil: object
) -> None:
    run = writer.run(experiment, start=START)
    writer.file(run, "notes.txt", b"read me")
    client = MlflowClient(proxy.url, chosen=[experiment], limits=SHORT)
    record = Readings(client.runs()).files[run, "notes.txt"]
    assert record.open is not None
    proxy.faults.append(Fault("notes.txt", spoil))  # type: ignore[arg-type]
    with pytest.raises(OSError, match="it"):
        record.open()
    with record.open() as stream:
        assert stream.read() == b"read me"
    proxy.faults += [Fault("notes.txt", "reset", times=9), Fault("/health", "reset", times=9)]
    with pytest.raises(Unavailable):
        record.open()
    client.close()


def test_a_proxys_own_404_hides_no_run(proxy: Proxy, hasty: MlflowClient) -> None:
    found = Readings(hasty.runs())
    held = [(one.project, one.run) for one in found.runs.values()]
    proxy.faults.append(Fault("runs/search", status(200, b'{"runs": []}'), times=9))
    proxy.faults.append(Fault("runs/get", status(404, b"<h1>no such page</h1>"), times=9))
    assert Readings(hasty.sweep(held=lambda: held)).records == []


def test_a_refused_login_is_unauthorized_and_says_no_secret(proxy: Proxy) -> None:
    proxy.faults.append(Fault("experiments/search", status(401, b'{"message": "s3cret!"}')))
    client = MlflowClient(proxy.url, user="ada", secret="s3cret!", limits=SHORT)
    with pytest.raises(Unauthorized) as caught:
        client.test()
    client.close()
    assert "401" in str(caught.value)
    assert "s3cret!" not in str(caught.value)


@pytest.mark.parametrize(
    ("user", "expected"),
    [("", "Bearer s3cret"), ("ada", "Basic " + base64.b64encode(b"ada:s3cret").decode())],
)
def test_a_secret_is_a_token_or_a_users_password(user: str, expected: str) -> None:
    client = MlflowClient("http://localhost:1", user=user, secret="s3cret")
    assert client.site.client.headers["Authorization"] == expected
    client.close()


def test_a_secret_does_not_travel_in_plain_sight() -> None:
    with pytest.raises(Unauthorized, match="plain http"):
        MlflowClient("http://mlflow.test", secret="s3cret")
    MlflowClient("http://mlflow.test", secret="s3cret", insecure=True).close()
    MlflowClient("http://mlflow.test").close()


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("https://mlflow.test/", "https://mlflow.test"),
        ("mlflow.test:5000", "https://mlflow.test:5000"),
        ("http://mlflow.test/tracking/#/experiments/3", "http://mlflow.test/tracking"),
    ],
)
def test_an_address_is_taken_as_people_copy_it(written: str, plain: str) -> None:
    assert plain_address(written) == plain


@pytest.mark.parametrize("written", ["", "ftp://mlflow.test", "https://ada:pw@mlflow.test", "//"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Trouble):
        plain_address(written)


def test_a_proxy_that_answers_200_in_its_own_words_is_unavailable() -> None:
    with faulty(answer(body=b'{"status": "ok"}')) as server, Tagger(server.url) as tagger:
        for ask in (tagger.tag, RunSearch(tagger.site, {}).run):
            with pytest.raises(Unavailable, match="answers runs/get unlike an MLflow"):
                ask("r")


@pytest.mark.parametrize("change", [TaskTag("r", add="B-1"), TaskTag("r", remove=["A-1"])])
def test_a_tag_that_is_longer_than_what_is_read_of_it_stays_as_it_is(change: TaskTag) -> None:
    """Keys may stand behind: what was not read would be erased."""
    long = {"tags": [{"key": TASKS, "value": "A-1, " * 500 + "Z-9"}]}
    told = json.dumps({"run": {"data": long}}).encode()
    with (
        faulty(answer(body=told)) as server,
        Tagger(server.url) as tagger,
        pytest.raises(Declined, match=r"longer than the 2,000 characters"),
    ):
        change.apply(tagger)
    assert len(server.seen) == 1, "nothing was written"
