"""The client as a reader has defects. Each one is shown here to be gone round."""

import logging
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from demo.neptune import Fault
from demo.neptune.faults import expired, too_many, unavailable
from demo.neptune.fields import Container
from demo.neptune.store import derived
from demo.neptune.times import milliseconds
from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.neptune import NeptuneClient, table, wire
from tests.connectors_neptune.reading import read
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = "searchLeaderboardEntries"


@pytest.fixture(scope="module")
def logged(practice, tmp_path_factory):
    with writing.run(practice, tmp_path_factory.mktemp("defects")) as run:
        run["loss"].extend([1.0, 0.5])
        return run["sys/id"].fetch()


# ── 1: the table beyond 10,000 rows ──────────────────────────────────────────


@pytest.fixture(scope="module")
def crowd(practice):
    """10,300 runs, of which the newest 150 were stamped alike."""
    project = practice.store.add_project("acme/crowd", key="CR")
    for number in range(10_300):
        sys_id = f"CR-{number + 1}"
        run = Container(derived(project.id, sys_id), "run", project.id, sys_id, {})
        stamp = milliseconds(BEGAN + timedelta(minutes=min(number, 10_150)))
        run.put("sys/id", "string", sys_id)
        run.put("sys/modification_time", "datetime", stamp)
        practice.store.admit(run)
    return project


def test_ten_thousand_rows_are_no_end_and_no_circle(practice, crowd, neptune, monkeypatch):
    monkeypatch.setattr(table, "ROWS", 500)  # fewer requests, for the time it takes
    practice.asked.clear()
    found = read(neptune, project=crowd.qualified)
    assert set(found.runs) == {f"CR-{number + 1}" for number in range(10_300)}
    assert practice.asked[PAGE] < 30


def test_a_sweep_of_more_than_ten_thousand_is_whole(practice, crowd, neptune):
    practice.asked.clear()
    assert len(neptune.sweep(crowd.qualified)["run"]) == 10_300
    assert practice.asked[PAGE] == 13, "eleven pages of runs, and one of each other kind"


# ── 2: pages of the table are not retried ────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        unavailable(PAGE, times=2),
        Fault(PAGE, status=502),
        too_many(PAGE, "1"),
        Fault(PAGE, drop=True),
        Fault(PAGE, cut=True),
        expired(PAGE),
    ],
    ids=["503", "502", "429", "dropped", "cut off", "token expired"],
)
def test_a_page_that_fails_once_or_twice_is_asked_for_again(practice, logged, neptune, fault):
    practice.fault(fault)
    assert logged in read(neptune).runs
    assert fault.times == 0
    assert neptune.slept


def test_the_client_itself_does_not_ask_again(practice, logged):
    """Else the retries above would show nothing."""
    practice.fault(unavailable(PAGE))
    with (
        writing.client().init_project(
            PROJECT, api_token=practice.token("ann"), mode="read-only"
        ) as project,
        pytest.raises(OSError, match="503"),
    ):
        project.fetch_runs_table(sort_by="sys/id", progress_bar=False).to_rows()


@pytest.mark.parametrize(
    "operation", ["getFloatSeriesValues", "getProject", "getClientConfig", "swagger"]
)
def test_every_other_request_is_asked_again_too(practice, logged, neptune, operation):
    practice.fault(unavailable(operation))
    assert read(neptune).values(logged, "loss") == [1.0, 0.5]


def test_patience_has_an_end(practice, neptune):
    practice.fault(unavailable(PAGE, times=1_000))
    with pytest.raises(Unavailable, match=r"is not well \(503\)"):
        read(neptune)
    assert sum(neptune.slept) <= wire.PATIENCE
    assert neptune.slept[:6] == [1.0, 2.0, 4.0, 8.0, 10.0, 6.0]


# ── 3: Retry-After is read to its end ────────────────────────────────────────


def test_retry_after_is_obeyed_to_the_second(practice, logged, neptune):
    practice.fault(too_many(PAGE, "30"))
    assert logged in read(neptune).runs
    assert sum(neptune.slept) == 30.0


def test_the_client_itself_would_wait_three_seconds_for_thirty():
    handler = import_module("neptune.common.backends.utils").get_retry_from_headers_or_default
    assert handler({"retry-after": "30"}, 0) == 3


def test_a_long_retry_after_is_not_slept_but_told(practice, neptune):
    practice.fault(too_many(PAGE, "3600"))
    with pytest.raises(Unavailable, match="slow down") as refused:
        read(neptune)
    assert not neptune.slept
    wanted = datetime.now(UTC) + timedelta(seconds=3_600)
    assert abs(refused.value.retry_at - wanted) < timedelta(seconds=10)


# ── 4: expired tokens ────────────────────────────────────────────────────────


def test_an_expired_token_is_replaced(practice, logged, neptune):
    neptune.projects()
    practice.asked.clear()
    practice.fault(expired(PAGE))
    assert logged in read(neptune).runs
    assert practice.asked["token"] == 1


def test_a_token_that_runs_out_by_itself_is_replaced_in_time(practice, logged, neptune):
    practice.token_lives = 31.0  # refreshed when less than 30 seconds are left
    try:
        neptune.projects()
        time.sleep(1.1)
        practice.asked.clear()
        neptune.projects()
        assert practice.asked["token"] == 1
    finally:
        practice.token_lives = 300.0


def test_a_server_that_always_says_expired_is_not_hammered(practice, neptune):
    neptune.projects()
    practice.asked.clear()
    practice.fault(expired(PAGE, times=10_000))
    with pytest.raises(Unauthorized, match="again and again"):
        read(neptune)
    assert practice.asked[PAGE] == 3
    assert len(neptune.slept) == 2


def test_an_exchange_that_always_says_expired_is_not_hammered_either(practice, neptune):
    practice.asked.clear()
    practice.fault(expired("exchangeApiToken", times=10_000))
    with pytest.raises(Unauthorized, match="again and again"):
        neptune.projects()
    assert practice.asked["exchangeApiToken"] == 3
    assert sum(practice.asked.values()) < 20


def test_a_session_that_is_lost_and_cannot_be_renewed_is_not_hammered(practice, neptune):
    neptune.projects()
    neptune._wire.session.authenticator.auth.token_expires_at = 0
    practice.asked.clear()
    practice.fault(Fault("token", status=400, times=10_000))
    practice.fault(expired("exchangeApiToken", times=10_000))
    with pytest.raises(Unauthorized):
        neptune.projects()
    assert sum(practice.asked.values()) < 10


# ── 5, 6: see test_nothing_is_lost: notebooks, git, moments in UTC ───────────


def test_no_container_is_ever_opened(practice, logged, neptune, monkeypatch):
    """Each would leave hooks behind in the worker, and three requests a run."""
    containers = import_module("neptune.metadata_containers.metadata_container")

    def opened(*_, **__):
        raise AssertionError("a container was opened")

    monkeypatch.setattr(containers.MetadataContainer, "__init__", opened)
    practice.asked.clear()
    assert logged in read(neptune).runs
    assert practice.asked["getExperiment"] == practice.asked["getExperimentAttributes"] == 0


# ── 7: quiet ─────────────────────────────────────────────────────────────────


def test_nothing_is_printed(practice, logged, neptune, capfd):
    practice.fault(Fault(PAGE, status=503, headers={"X-Server-Error": "shouted"}))
    read(neptune)
    neptune.test()
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("neptune").level == logging.CRITICAL


# ── 8: words ─────────────────────────────────────────────────────────────────


def words(trouble) -> str:
    text = str(trouble.value)
    assert "\x1b" not in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, Unauthorized, "refused the API token"),
        (400, Unavailable, "refused the request"),
        (422, Unavailable, "refused the request"),
        (500, Unavailable, "is not well"),
    ],
)
def test_a_refusal_has_words_for_people(practice, neptune, status, kind, said):
    practice.fault(Fault(PAGE, status=status, times=100))
    with pytest.raises(kind, match=said) as refused:
        read(neptune)
    assert words(refused).startswith(practice.address)


def test_a_project_that_is_not_there_is_named(neptune):
    found = read(neptune, project="acme/none")
    assert [gap.what for gap in found.gaps] == ["project acme/none"]
    assert neptune.hidden == {"acme/none"}


def test_of_a_project_of_others_nothing_is_known(practice, neptune):
    practice.store.add_project("acme/hidden", key="HID", members=["boss"])
    assert neptune.sweep("acme/hidden") is None


def test_a_revoked_token_is_refused_at_log_in_and_later(practice):
    client = NeptuneClient(practice.token("leaver"))
    client.projects()
    practice.revoked.add("leaver")
    with pytest.raises(Unauthorized, match="refused the API token") as refused:
        client.projects()
    assert practice.token("leaver") not in words(refused)
    client.close()
    with pytest.raises(Unauthorized, match="refused the API token"):
        client.projects()
    client.close()


@pytest.mark.parametrize("token", ["", "nonsense", "eyJhcGlfa2V5IjogInggIn0=", "żółć"])
def test_what_is_no_token_is_told_so(token):
    with pytest.raises(Unauthorized, match="no Neptune API token") as refused:
        NeptuneClient(token).test()
    assert not token or token not in words(refused)
