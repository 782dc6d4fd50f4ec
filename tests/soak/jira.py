"""Is the mirror of a Jira true?

A practice Jira churns, its search lags, the way to it breaks, workers and servers
are killed. Then it is quiet for one cycle, and every row is compared with a second
source that has read the same Jira once, in peace.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.cache import cache
from django.core.management import call_command
from django.db import Error, connection
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from demo.jira import Practice
from demo.jira.crowd import crowd
from demo.jira.webhooks import Webhooks
from portal import tasks
from portal.wsgi import application
from sources.models import Cursor, Source, Sync
from sources.webhooks.receiving import open_door
from sprints.models import Task
from tests.soak import mirror
from tests.soak.churn import Churn
from tests.soak.faults import draw
from tests.soak.ground import Ground

PACE = 0.02  # seconds between two things that the team does
LAG = 1.5  # seconds that search lags behind
PATIENCE = 90.0  # seconds for a sync to come to its end
ISSUES = 240


def soak(ground: Ground, mode: str, seed: int, seconds: float, *, webhooks: bool) -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    state = crowd(ISSUES, seed=seed)
    state.index.lag = LAG
    with Practice(state, mode=mode) as practice:  # type: ignore[arg-type]
        source = made(practice, "churned")
        ground.start_worker()
        whole_sync(ground, source)
        churn, chance = Churn(state, seed), Random(seed)
        counted: Counter[str] = Counter()
        with listening(practice, source, chance) if webhooks else nothing():
            trouble(ground, practice, source, churn, chance, seconds, counted)
            practice.faults.clear()
            time.sleep(2 * LAG)
        whole_sync(ground, source)
        return verdict(ground, practice, source) | {
            "mode": mode,
            "seed": seed,
            "seconds": seconds,
            "churn": churn.done.total(),
            "kinds of churn": len(churn.done),
            "requests": sum(practice.requests.values()),
            "syncs": dict(outcomes(source)),
            **counted,
        }


# ── trouble ──────────────────────────────────────────────────────────────────


def trouble(
    ground: Ground,
    practice: Practice,
    source: Source,
    churn: Churn,
    chance: Random,
    seconds: float,
    counted: Counter[str],
) -> None:
    """Everything at once, until the time is over."""
    acts: tuple[tuple[float, str, Callable[[], object]], ...] = (
        (0.4, "faults", lambda: practice.faults.add(**draw(chance))),
        (2.0, "readers killed", ground.kill_reader),
        (15.0, "workers killed", ground.kill_worker),
        (10.0, "postgres killed", ground.restart_postgres),
        (10.0, "valkey killed", ground.restart_valkey),
    )
    begun = time.monotonic()
    due = {name: begun + chance.uniform(0.1, 0.7) * min(every, seconds) for every, name, _ in acts}
    over = threading.Event()
    team = threading.Thread(target=work, args=(churn, over))
    team.start()
    try:
        while time.monotonic() - begun < seconds:
            for every, name, act in acts:
                if time.monotonic() >= due[name]:
                    counted[name] += 1 if act() is not False else 0
                    due[name] = time.monotonic() + chance.expovariate(1 / every)
            now_due(source)
            time.sleep(0.02)
    finally:
        over.set()
        team.join()


def work(churn: Churn, over: threading.Event) -> None:
    """The team works on while servers come and go."""
    while not over.wait(PACE):
        churn.step()


def now_due(source: Source) -> None:
    """A free source is due at once, lists and sweeps too: minutes are too long here.
    The beat that sends what is due is played here as well."""

    with patience():
        free = Source.objects.filter(pk=source.pk, claim=None)
        if free.update(next_sync_at=timezone.now()):
            Cursor.objects.filter(source=source.pk).update(finished_at=None)
        beat()


def beat() -> None:
    """Once a second, what the scheduler does; the queue is away now and then."""
    try:
        if cache.add("soak:beat", 1, 1):
            tasks.sync_due_sources()
    except (RedisError, OperationalError):
        return


@contextmanager
def patience() -> Iterator[None]:
    """The database is away now and then."""

    try:
        yield
    except Error:
        connection.close()


@contextmanager
def nothing() -> Iterator[None]:
    yield


@contextmanager
def listening(practice: Practice, source: Source, chance: Random) -> Iterator[None]:
    """The portal's own address for webhooks, told everything twice and out of order."""

    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    door = open_door(source, signed=True)
    url = f"http://127.0.0.1:{server.server_port}/hooks/{door.token}/"
    try:
        with Webhooks(practice, url, secret=door.secret, twice=True, chance=chance):
            yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


# ── quiet, and the verdict ───────────────────────────────────────────────────


def made(practice: Practice, slug: str) -> Source:

    email = "p00@example.org" if practice.mode == "cloud" else ""
    source = Source(
        slug=slug, name=slug, kind="jira", settings={"address": practice.url, "email": email}
    )
    source.secret = "crowd"
    source.save()
    return source


def whole_sync(ground: Ground, source: Source) -> None:
    """One cycle that begins now and reads everything that is due at any time."""

    end = time.monotonic() + PATIENCE
    begun = None
    while begun is None:
        assert time.monotonic() < end, "no sync begins"
        time.sleep(0.1)
        held = Source.objects.get(pk=source.pk)
        if held.claim is None:
            Cursor.objects.filter(source=source.pk).update(finished_at=None)
        begun = tasks.start_sync(held)
    while not (held := Sync.objects.get(pk=begun.pk)).outcome:
        assert time.monotonic() < end, f"the sync does not end\n{ground.log('worker')}"
        beat()
        time.sleep(0.1)
    assert held.outcome in {"done", "partial"}, (held.outcome, held.error)


def verdict(ground: Ground, practice: Practice, source: Source) -> dict[str, Any]:

    fresh = made(practice, "fresh")
    whole_sync(ground, fresh)
    first, second = mirror.said(source), mirror.said(fresh)
    return {
        **truth(practice, source),
        "differences": mirror.differences(first, second),
        "examples": mirror.examples(first, second),
        "rows": sum(rows.total() for rows in second.values()),
    }


def truth(practice: Practice, source: Source) -> dict[str, int]:
    """Against the practice Jira's own state: the five ways to be wrong."""

    state = practice.state
    so = {str(one.id): one for one in state.visible_issues("p00")}
    held = {
        one.external_id: one
        for one in Task.objects.filter(source=source.pk, removed_at=None).select_related("sprint")
    }
    both = so.keys() & held.keys()
    return {
        "issues": len(so),
        "missing": len(so.keys() - held.keys()),
        "ghosts": len(held.keys() - so.keys()),
        "stale": sum(stale(state, so[one], held[one]) for one in both),
        "wrong key": sum(so[one].key != held[one].name for one in both),
        "wrong sprint": sum(
            sprint_of(state, so[one]) != sprint_held(held[one])
            for one in both
            if so[one].parent is None or str(so[one].parent) in so  # else nobody tells us
        ),
    }


def stale(state: Any, so: Any, held: Any) -> bool:
    return (so.summary, state.statuses[so.status].name, so.points) != (
        held.summary,
        held.status,
        held.points,
    )


def sprint_of(state: Any, issue: Any) -> int | None:
    """The one that is not closed, else the last: as a board shows it."""
    ids = state.sprints_of(issue)
    open_ones = [one for one in ids if state.sprints[one].state != "closed"]
    if open_ones or not ids:
        return open_ones[-1] if open_ones else None
    return ids[-1]


def sprint_held(task: Any) -> int | None:
    return int(task.sprint.external_id) if task.sprint else None


def outcomes(source: Source) -> Counter[str]:

    return Counter(Sync.objects.filter(source=source.pk).values_list("outcome", flat=True))
