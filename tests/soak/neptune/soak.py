"""Is the mirror of a Neptune true?

A practice Neptune churns, the way to it breaks, workers and servers are killed.
Then it is quiet for one cycle, and every row is compared with a second source that
has read the same Neptune once, in peace; and both with what the server has.
"""

import time
from datetime import timedelta
from random import Random
from typing import Any

from django.core.management import call_command

from demo.neptune import Practice
from sources.models import Source
from tests.soak import mirror
from tests.soak.acts import OFTEN, outcomes, trouble, whole_sync
from tests.soak.ground import Ground
from tests.soak.neptune import truth
from tests.soak.neptune.churn import PROJECTS, Churn
from tests.soak.neptune.faults import draw

IDLE_AFTER = timedelta(seconds=2)
QUIET = 3.0  # seconds: no run is at work any more, and no failure is waited for


def soak(ground: Ground, seed: int, seconds: float) -> dict[str, Any]:
    ground.start_worker()  # it imports for seconds, while the tables are made
    call_command("migrate", verbosity=0)
    with Practice().start() as practice:
        practice.store.idle_after = IDLE_AFTER
        practice.token_lives, practice.zip_polls, practice.rows_a_page = 3.0, 1, 17
        churn, chance = Churn(practice, seed), Random(seed)
        churn.begin()
        source = made(practice, "churned")
        whole_sync(ground, source)
        counted = trouble(
            ground,
            source,
            churn.step,
            lambda: practice.fault(draw(chance)),
            chance=chance,
            seconds=seconds,
            often=dict(OFTEN) | {"readers killed": 4.0, "workers killed": 25.0},  # it imports long
        )
        practice.faults.clear()
        churn.end()
        time.sleep(QUIET)
        whole_sync(ground, source)
        return verdict(ground, practice, source) | {
            "seed": seed,
            "seconds": seconds,
            "churn": churn.done.total(),
            "kinds of churn": len(churn.done),
            "requests": sum(practice.asked.values()),
            "syncs": outcomes(source),
            **counted,
        }


def made(practice: Practice, slug: str) -> Source:
    source = Source(slug=slug, name=slug, kind="neptune", settings={"projects": list(PROJECTS)})
    source.secret = practice.token("reader")
    source.save()
    return source


def verdict(ground: Ground, practice: Practice, source: Source) -> dict[str, Any]:
    fresh = made(practice, "fresh")
    whole_sync(ground, fresh)
    first, second = mirror.said(source), mirror.said(fresh)
    return {
        **truth.told(practice.store, source),
        "differences": mirror.differences(first, second),
        "examples": mirror.examples(first, second),
        "rows": sum(rows.total() for rows in second.values()),
    }
