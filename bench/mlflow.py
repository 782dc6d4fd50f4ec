"""Runs from MLflow's wire format through the store: `python -m bench.mlflow 5000`.

The pages are such as a server sends; none is asked, so no history and no file
is read. What is measured is ours: JSON, mapping, storing; as in a sync the next
page is mapped while one is stored.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path

from bench.ground import ground, line, took
from sources.connectors.ahead import ahead
from sources.connectors.base import no_beat
from sources.connectors.mlflow.reading import Ready, as_it_is
from sources.connectors.mlflow.runs import Experiment, Run, run_of
from sources.http.words import read_json

PARAMS, METRICS, TAGS, PAGE = 180, 10, 10, 200
EXPERIMENT = Experiment("1", "acme/documents")
ANSWER = 0.2  # seconds that a server takes for a page of a search
START = 1_767_225_600_000
FOLDERS = ("model", "loss", "sampler", "reader", "schedule", "augment")
PARTS = ("encoder", "decoder", "head", "neck", "text", "page")
OPTIONS = ("dropout", "width", "depth", "learning_rate", "weight_decay")
# 177 of the 180: a whole configuration, as frameworks write it.
NAMES = [f"{folder}/{part}/{option}" for folder in FOLDERS for part in PARTS for option in OPTIONS]
NAMES = NAMES[: PARAMS - 3]


def wire_pages(total: int, seed: int = 1) -> list[bytes]:
    chance = random.Random(seed)
    return [
        json.dumps(
            {"runs": [wire_run(chance, n) for n in range(at, min(at + PAGE, total))]}
        ).encode()
        for at in range(0, total, PAGE)
    ]


def wire_run(chance: random.Random, number: int) -> dict[str, object]:
    start = START + number * 60_000
    name = f"{chance.getrandbits(128):032x}"
    params = {name: str(n * 1.5) for n, name in enumerate(NAMES)}
    params |= {"optimizer": chance.choice(["adam", "sgd"]), "seed": str(number), "lr": "0.001"}
    tags = {f"label_{n}": f"value {number % 97}" for n in range(TAGS - 2)}
    tags |= {"sprint": str(40 + number % 12), "mlflow.user": f"person{number % 9}"}
    return {
        "info": {
            "run_id": name,
            "experiment_id": "1",
            "run_name": f"run-{number}",
            "status": "FINISHED",
            "start_time": start,
            "end_time": start + 50_000,
            "artifact_uri": f"mlflow-artifacts:/1/{name}/artifacts",
            "lifecycle_stage": "active",
        },
        "data": {
            "params": [{"key": key, "value": value} for key, value in params.items()],
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
            "metrics": [
                {"key": f"metric_{n}", "value": chance.random(), "timestamp": start, "step": 0}
                for n in range(METRICS)
            ],
        },
    }


def timed(name: str, total: int, work: Callable[[], object]) -> None:
    """By the clock, and by what this process and its connection's in Postgres worked:
    on a busy machine that lies far apart."""
    worked, stored = time.process_time(), postgres_worked()
    seconds = took(work)
    worked, stored = time.process_time() - worked, postgres_worked() - stored
    mine, theirs = (f"{1e3 * part / total:.2f}" for part in (worked, stored))
    line(name, f"{total / seconds:,.0f}/s", f"CPU a run: {mine} ms here, {theirs} in Postgres")


def postgres_worked() -> float:
    """Seconds of processor that the process of this connection has taken; none where
    the system does not tell."""
    from django.db import connection

    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0.0


def read(page: bytes) -> list[Run]:
    return [run_of(one, EXPERIMENT, "bench") for one in read_json(page)["runs"]]


def mapped(
    pages: list[bytes], seconds: float = 0.0, *, ready: Ready = as_it_is
) -> Generator[list[Run]]:
    """`seconds`: that a server takes to answer, a page."""
    for page in pages:
        time.sleep(seconds)
        yield [replace(one, record=ready(one.record)) for one in read(page)]


def main(total: int) -> None:
    from django.db import transaction

    from sources.models import Source
    from tracking.streams import known, store
    from tracking.streams.runs import ready

    source = Source.objects.create(slug="bench", name="Bench", kind="mlflow")
    pages = wire_pages(total)

    def stored(runs: Iterable[list[Run]]) -> None:
        for some in runs:
            with transaction.atomic():
                store(source, [one.record for one in some])

    def swept() -> None:
        for page in pages:
            runs = read(page)
            held = known.seen(source, [("1", one.id) for one in runs])
            if held != {one.id: one.seen for one in runs}:
                raise SystemExit("A run that is stored is not known.")

    keys = PARAMS + METRICS + TAGS
    line("page of 200 runs on the wire", f"{len(pages[0]) / 1e6:.1f} MB", f"{keys} keys a run")
    timed("JSON and mapping alone", total, lambda: [read(page) for page in pages])
    half = len(pages) // 2
    new = mapped(pages[:half], ready=ready)
    slow = mapped(pages[half:], ANSWER, ready=ready)
    slower = mapped(wire_pages(total // 2, 2), ANSWER)
    timed("new runs into the store", half * PAGE, lambda: stored(ahead(new, no_beat)))
    timed("new ones of a slow server", total - half * PAGE, lambda: stored(ahead(slow, no_beat)))
    timed("the same, one page after the other", total // 2, lambda: stored(slower))
    timed("the same again, unchanged", total, lambda: stored(ahead(mapped(pages), no_beat)))
    timed("a sweep's question: is it stored as it is?", total, swept)


if __name__ == "__main__":
    with ground():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
