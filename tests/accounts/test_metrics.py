"""/metrics: behind a token, from the database and the queue, in Prometheus' own words."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from portal import health, metrics, workers
from sources.models import Source, Sync
from sources.webhooks.models import Webhook
from sources.webhooks.receiving import open_door
from sprints.outbox.models import Write
from tests.sprints.made import Lab

pytestmark = pytest.mark.django_db

TOKEN = "a-long-token-of-an-operator"
LABELS = ("source", "state", "outcome", "result", "view", "method", "status", "le")
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def clean_queue() -> Iterator[None]:
    cache.clear()
    with health.queue() as line:
        line.delete(metrics.REQUESTS, workers.QUEUE)
        yield
        line.delete(metrics.REQUESTS, workers.QUEUE)


@pytest.fixture
def on(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def jira(db: None) -> Source:
    return Source.objects.create(slug="jira", name="Jira", kind="jira")


def ended(source: Source, minutes: float = 5, **fields: Any) -> Sync:
    at = timezone.now() - timedelta(minutes=minutes)
    usual = {"outcome": "done", "started_at": at, "begun_at": at, "finished_at": at}
    return Sync.objects.create(source=source, **(usual | fields))


def told(client: Client | None = None) -> dict[str, dict[tuple[str, ...], float]]:
    """By the sample's name, its value by its labels' values. Read by the official parser."""
    answer = (client or Client()).get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = tuple(sample.labels[name] for name in LABELS if name in sample.labels)
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_without_a_token_of_the_operators_there_is_nothing():
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    Client().get("/accounts/login/")
    with health.queue() as line:
        assert not line.exists(metrics.REQUESTS), "and nothing is counted"


@pytest.mark.parametrize("given", [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}])
def test_a_wrong_token_is_refused(on: None, given: dict[str, str]):
    answer = Client().get("/metrics", headers=given)
    assert answer.status_code == 401
    assert b"labledger_" not in answer.content


def test_a_source_tells_its_age_and_its_state(on: None, jira: Source):
    ended(jira)
    Source.objects.create(slug="new", name="New", kind="jira")
    found = told()
    assert found["labledger_source_age_seconds"][("jira",)] == pytest.approx(300, abs=20)
    assert ("new",) not in found["labledger_source_age_seconds"]
    assert found["labledger_source_agreed_age_seconds"][("jira",)] == 960
    assert found["labledger_source_state"] == {("jira", "ok"): 1, ("new", "new"): 1}


def test_syncs_of_the_last_hour_are_summed_by_source(on: None, jira: Source):
    ended(jira, requests=10, retries=2, gap_count=1, inserted=5)
    ended(jira, outcome="failed", requests=3, retries=3, updated=7, removed=1)
    ended(jira, minutes=61, requests=1000)
    found = told()
    assert found["labledger_syncs_last_hour"] == {("jira", "done"): 1, ("jira", "failed"): 1}
    sums = {name: found[f"labledger_sync_{name}_last_hour"][("jira",)] for name in (
        "requests", "retries", "gap", "inserted", "updated", "removed")}  # fmt: skip
    assert list(sums.values()) == [13, 5, 1, 5, 7, 1]


def test_the_queue_beat_and_webhooks_are_told(on: None, jira: Source):
    open_door(jira, signed=True)
    Webhook.objects.update(accepted=9, refused=2)
    health.beat()
    with health.queue() as line:
        line.lpush(workers.QUEUE, "{}", "{}")
    found = told()
    assert found["labledger_queue_messages"][()] == 2
    assert found["labledger_beat_age_seconds"][()] < 5
    assert found["labledger_webhooks_total"][("jira", "accepted")] == 9
    assert found["labledger_webhooks_total"][("jira", "refused")] == 2


def test_the_outbox_tells_what_waits_and_for_how_long(on: None):
    lab = Lab()
    lab.jira.settings = {"writes": "on"}
    lab.jira.save()
    now, task = timezone.now(), lab.task("DOC-1")
    for minutes, state in ((9, "refused"), (5, "pending"), (3, "pending"), (7, "done")):
        at = now - timedelta(minutes=minutes)
        Write.objects.create(
            source=lab.jira, task=task, kind="labels", by=lab.lead, state=state, not_before=at
        )
    found = told()
    assert found["labledger_writes"] == {("jira", "refused"): 1, ("jira", "pending"): 2}
    assert found["labledger_write_due_seconds"][("jira",)] == pytest.approx(300, abs=20)


def test_requests_are_counted_by_the_name_of_their_address(on: None):
    for _ in range(3):
        Client().get("/accounts/login/")
    Client().get("/accounts/no-such-page/")
    found = told()
    counts = found["labledger_request_seconds_count"]
    assert counts[("account_login", "GET", "2xx")] == 3
    assert counts[("none", "GET", "4xx")] == 1
    seconds = found["labledger_request_seconds_sum"][("account_login", "GET", "2xx")]
    assert 0 < seconds < 30


def test_methods_and_addresses_that_somebody_invents_make_no_fields_of_their_own(on: None):
    for number in range(3):
        Client().generic(f"MADE{number}|UP", "/accounts/login/")
        Client().generic("GET", f"/accounts/made-up-{number}/")
    counts = told()["labledger_request_seconds_count"]
    assert sum(of for name, of in counts.items() if name[:2] == ("account_login", "OTHER")) == 3
    assert counts[("none", "GET", "4xx")] == 3
    assert {name[1] for name in counts} == {"GET", "OTHER"}


def test_buckets_hold_all_that_was_quicker(on: None):
    for seconds in (0.005, 0.03, 0.03, 99.0):
        metrics.keep("home", "GET", 200, seconds)
    found = told()["labledger_request_seconds_bucket"]
    by_edge = {labels[-1]: number for labels, number in found.items() if labels[0] == "home"}
    assert (by_edge["0.01"], by_edge["0.025"], by_edge["0.05"]) == (1, 1, 3)
    assert (by_edge["10.0"], by_edge["+Inf"]) == (3, 4)


def test_a_queue_that_is_away_takes_no_page_away(on: None, settings: Any):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    metrics.keep("home", "GET", 200, 0.1)


def test_it_costs_the_same_for_one_source_and_for_sixty(on: None, jira: Source):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            told()
        return len(queries)

    ended(jira)
    before = cost()
    for number in range(60):
        ended(Source.objects.create(slug=f"s{number}", name="S", kind="jira"))
    assert cost() == before <= 12


def test_no_secret_and_no_name_of_a_person_is_told(on: None, jira: Source):
    jira.secret = "very-secret"
    jira.save()
    page = Client().get("/metrics", headers=BEARER).content.decode()
    assert "very-secret" not in page
    assert TOKEN not in page
