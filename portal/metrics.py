"""/metrics, for Prometheus: the database's and the queue's own numbers, and how long
requests took.

Nothing is counted within a process: there are several, and they come and go. What
syncs did is told of the last hour, as a gauge, for old syncs are forgotten and a
counter must never fall. Off, and 404, without LABLEDGER_METRICS_TOKEN.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, groupby
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from portal import health, workers
from portal.freshness import patience, standings
from sources.models import Source, Sync
from sources.webhooks.models import Webhook
from sprints.outbox import numbers

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)
REQUESTS = "labledger:requests"  # a hash in the queue's server: by field, how many
METHODS = {name.upper() for name in View.http_method_names}
EDGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
SUMS = {
    "requests": "Requests that syncs made, retries included",
    "retries": "Requests that syncs had to repeat",
    "gap_count": "Parts that were missing",
    "inserted": "Rows that were new",
    "updated": "Rows that had changed",
    "removed": "Rows that were gone",
}


@never_cache
@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        return HttpResponse("Not found\n", status=404, content_type="text/plain")
    given = request.headers.get("authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(
            "Unauthorized\n", status=401, content_type="text/plain", headers=headers
        )
    registry = CollectorRegistry()
    registry.register(Numbers())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Numbers:
    """Asked once for each answer."""

    def describe(self) -> list[Metric]:
        """Nothing ahead: else the library would ask for all of it to find the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Eleven queries and two looks at the queue, however many sources there are."""
        now = timezone.now()
        yield from of_sources(now)
        yield from of_syncs(now - HOUR)
        yield from of_workers()
        yield from of_writes(now)
        yield of_webhooks()
        yield of_requests()


def of_sources(now: datetime) -> Iterator[Metric]:
    held = standings(list(Source.objects.order_by("slug")), now)
    age = gauge("source_age_seconds", "Since the last good sync of a source", "source")
    agreed = gauge("source_agreed_age_seconds", "Older than this is late", "source")
    state = gauge("source_state", "1 for the state that a source is in", "source", "state")
    for one in held:
        slug = one.source.slug
        agreed.add_metric([slug], patience(one.source).total_seconds())
        state.add_metric([slug, one.state], 1)
        if one.good_at:
            age.add_metric([slug], (now - one.good_at).total_seconds())
    yield from (age, agreed, state)


def of_syncs(since: datetime) -> Iterator[Metric]:
    """Of those that ended within the last hour."""
    ended = Sync.objects.filter(finished_at__gte=since).order_by("source__slug")
    by_source = ended.values_list("source__slug")
    outcomes = gauge("syncs_last_hour", "Syncs that ended", "source", "outcome")
    for slug, outcome, number in by_source.values_list("source__slug", "outcome").annotate(
        Count("pk")
    ):
        outcomes.add_metric([slug, outcome], number)
    yield outcomes
    sums = list(by_source.annotate(*map(Sum, SUMS)))
    for place, (name, words) in enumerate(SUMS.items(), start=1):
        metric = gauge(f"sync_{name.removesuffix('_count')}_last_hour", words, "source")
        for row in sums:
            metric.add_metric([row[0]], row[place] or 0)
        yield metric


def of_workers() -> Iterator[Metric]:
    found = workers.read()
    running = gauge("syncs_under_way", "Syncs by how they are", "state")
    running.add_metric(["reading"], found.reading)
    running.add_metric(["silent"], found.silent)
    yield running
    queue = gauge("queue_messages", "Messages that no worker has taken")
    queue.add_metric([], found.waiting)
    yield queue
    oldest = gauge("queue_oldest_seconds", "How long the oldest sync waits for a worker")
    oldest.add_metric([], found.oldest_seconds)
    yield oldest
    beat = gauge("beat_age_seconds", "Since a worker did what beat asked for")
    if found.beat_age_seconds is not None:
        beat.add_metric([], found.beat_age_seconds)
    yield beat


def of_writes(now: datetime) -> Iterator[Metric]:
    """Of what is to be written to Jira and MLflow."""
    held = gauge("writes", "Writes that are not done, by how they stand", "source", "state")
    for slug, state, number in numbers.standing():
        held.add_metric([slug, state], number)
    yield held
    due = gauge("write_due_seconds", "How long the oldest write is due", "source")
    for slug, since in numbers.due_since(now).items():
        due.add_metric([slug], (now - since).total_seconds())
    yield due


def of_webhooks() -> Metric:
    heard = CounterMetricFamily(
        "labledger_webhooks", "Webhooks, by what became of them", labels=["source", "result"]
    )
    for one in Webhook.objects.select_related("source").order_by("source__slug"):
        for result in ("accepted", "repeated", "refused"):
            heard.add_metric([one.source.slug, result], getattr(one, result))
    return heard


def gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"labledger_{name}", words, labels=labels)


# ── how long requests took ───────────────────────────────────────────────────


class Durations:
    """Counts each request in the queue's server, which all processes share."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed("There are no metrics.")
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name if match else "") or "none"
        keep(view, request.method or "", response.status_code, time.perf_counter() - began)
        return response


@cache
def line(address: str) -> redis.Redis:
    """Kept open: a connection for each request would cost more than the counting."""
    return redis.Redis.from_url(
        address, socket_timeout=health.PATIENCE, socket_connect_timeout=health.PATIENCE
    )


def keep(view: str, method: str, status: int, seconds: float) -> None:
    """A page is not lost for a number. Names of views are ours; methods are whatever a
    stranger writes, so that an unknown one makes no field of its own."""
    known = method if method in METHODS else "OTHER"
    name = f"{view}|{known}|{status // 100}xx"
    bucket = sum(seconds > edge for edge in EDGES)
    try:
        with line(settings.REDIS_URL).pipeline(transaction=False) as both:
            both.hincrby(REQUESTS, f"{name}|{bucket}", 1)
            both.hincrbyfloat(REQUESTS, f"{name}|sum", seconds)
            both.execute()
    except redis.RedisError as error:
        log.warning("metrics", error=str(error))


def of_requests() -> Metric:
    metric = HistogramMetricFamily(
        "labledger_request_seconds",
        "How long requests took, by the address's name",
        labels=["view", "method", "status"],
    )
    held: dict[bytes, bytes] = line(settings.REDIS_URL).hgetall(REQUESTS)  # type: ignore[assignment]
    fields = sorted(field.decode().rpartition("|") for field in held)
    for name, group in groupby(fields, key=lambda field: field[0]):
        counted = {end: float(held[f"{name}|{end}".encode()]) for _, _, end in group}
        metric.add_metric(name.split("|"), list(buckets(counted)), counted.get("sum", 0.0))
    return metric


def buckets(counted: dict[str, float]) -> Iterable[tuple[str, float]]:
    """Each with all that were quicker, as Prometheus wants them."""
    edges: list[Any] = [*EDGES, "+Inf"]
    numbers = accumulate(counted.get(str(place), 0.0) for place in range(len(edges)))
    return zip(map(str, edges), numbers, strict=True)
