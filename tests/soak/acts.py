"""What every soak does: trouble, the team at work through it, and syncs to their end."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random

from django.core.cache import cache
from django.db import Error, connection
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from portal import tasks
from sources.models import Cursor, Source, Sync
from tests.soak.ground import Ground

PACE = 0.02  # seconds between two things that the team does
PATIENCE = 90.0  # seconds for a sync to come to its end

# How often, in seconds, each of these comes on the average.
OFTEN: Mapping[str, float] = {
    "faults": 0.4,
    "readers killed": 2.0,
    "workers killed": 15.0,
    "postgres killed": 10.0,
    "valkey killed": 10.0,
}


def trouble(
    ground: Ground,
    source: Source,
    step: Callable[[], object],
    fault: Callable[[], object],
    *,
    chance: Random,
    seconds: float,
    often: Mapping[str, float] = OFTEN,
) -> Counter[str]:
    """Everything at once, until the time is over. Counts what was done."""
    acts = {
        "faults": fault,
        "readers killed": ground.kill_reader,
        "workers killed": ground.kill_worker,
        "postgres killed": ground.restart_postgres,
        "valkey killed": ground.restart_valkey,
    }
    counted: Counter[str] = Counter()
    begun = time.monotonic()
    due = {name: begun + chance.uniform(0.1, 0.7) * min(often[name], seconds) for name in acts}
    with at_work(step):
        while time.monotonic() - begun < seconds:
            for name, act in acts.items():
                if time.monotonic() >= due[name]:
                    counted[name] += 1 if act() is not False else 0
                    due[name] = time.monotonic() + chance.expovariate(1 / often[name])
            now_due(source)
            time.sleep(0.02)
        for name in acts.keys() - counted.keys():  # on a busy machine the time is over early
            counted[name] += 1 if acts[name]() is not False else 0
    connection.close()  # it may be one with a server that was killed
    return counted


@contextmanager
def at_work(step: Callable[[], object]) -> Iterator[None]:
    """The team works on while servers come and go."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(PACE):
            step()

    team = threading.Thread(target=work)
    team.start()
    try:
        yield
    finally:
        over.set()
        team.join()


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


def whole_sync(ground: Ground, source: Source) -> Sync:
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
    while not (done := Sync.objects.get(pk=begun.pk)).outcome:
        assert ground.works(), ground.told("the worker ended by itself")
        assert time.monotonic() < end, ground.told("the sync does not end")
        beat()
        time.sleep(0.1)
    assert done.outcome in {"done", "partial"}, (done.outcome, done.error)
    return done


def outcomes(source: Source) -> dict[str, int]:
    return Counter(Sync.objects.filter(source=source.pk).values_list("outcome", flat=True))
