"""Is the mirror of a Jira true?

A practice Jira churns, its search lags, the way to it breaks, workers and servers
are killed. Then it is quiet for one cycle, and every row is compared with a second
source that has read the same Jira once, in peace.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.management import call_command

from demo.jira import Practice
from demo.jira.crowd import crowd
from demo.jira.webhooks import Webhooks
from portal.wsgi import application
from sources.models import Source
from sources.webhooks.receiving import open_door
from sprints.models import Task
from tests.soak import mirror
from tests.soak.acts import outcomes, trouble, whole_sync
from tests.soak.churn import Churn
from tests.soak.faults import draw
from tests.soak.ground import Ground

LAG = 1.0  # seconds that search lags behind
ISSUES = 240


def soak(ground: Ground, mode: str, seed: int, seconds: float, *, webhooks: bool) -> dict[str, Any]:
    ground.start_worker()  # it imports for seconds, while the tables are made
    call_command("migrate", verbosity=0)
    state = crowd(ISSUES, seed=seed)
    state.index.lag = LAG
    with Practice(state, mode=mode) as practice:  # type: ignore[arg-type]
        source = made(practice, "churned")
        whole_sync(ground, source)
        churn, chance = Churn(state, seed), Random(seed)
        with listening(practice, source, chance) if webhooks else nothing():
            counted = trouble(
                ground,
                source,
                churn.step,
                lambda: practice.faults.add(**draw(chance)),
                chance=chance,
                seconds=seconds,
            )
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
            "syncs": outcomes(source),
            **counted,
        }


# ── webhooks ─────────────────────────────────────────────────────────────────


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
