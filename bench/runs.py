"""The runs table over HTTP, in process, with every middleware: `python -m bench.runs 100000`."""

import random
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from bench.ground import ground, line, peak_mb, spread, took

KEYS, METRICS, REPEATS, BATCH = 200, 10, 40, 2_000
START = datetime(2026, 1, 1, tzinfo=UTC)
DRAWN, POINTS = 200, 20_000  # the newest runs have a curve, of so many points
QUESTIONS = {
    "first page": "",
    "common tag": "tag = common",
    "rare task": "task = DOC-77",
    "sprint": "sprint = 7",
    "metric > x, order by it": "valid/f1.max > 0.9 order by valid/f1.max desc",
    "metric > rare x": "valid/f1.max > 0.9999",
    "common parameter": "optimizer = adam",
    "rare parameter": "seed = 4242",
    "parameter + metric + tag": "optimizer = adam and valid/f1.max > 0.8 and tag = common",
    "name": "name ~ run_99",
    "state, oldest first": "state = failed order by started asc",
}


REST = {f"group_{number % 20}/option_{number}": number * 1.5 for number in range(KEYS - 4)}
FIGURES = ["valid/f1", "train/f1", *(f"other/metric_{number}" for number in range(METRICS - 2))]


def fill(total: int) -> None:
    from sources.models import Source
    from sources.store import append
    from tracking.models import Column, Mention, Metric, Run, TrackerProject

    source = Source.objects.create(slug="bench", name="Bench", kind="neptune")
    project = source.key("project", "lab")
    append(TrackerProject, [mirrored(source, project, "lab") | {"name": "lab"}])
    chance = random.Random(1)
    for kind, names in (
        ("parameter", [*REST, "optimizer", "lr", "seed", "backbone"]),
        ("metric", FIGURES),
    ):
        Column.objects.bulk_create(Column(source=source, kind=kind, name=name) for name in names)
    for first in range(0, total, BATCH):
        runs, mentions, metrics = [], [], []
        for number in range(first, min(first + BATCH, total)):
            run = run_row(source, project, number, chance)
            runs.append(run)
            mentions += mention_rows(run, number)
            metrics += metric_rows(run, chance)
        append(Run, runs)
        append(Mention, mentions)
        append(Metric, metrics)


def run_row(source: Any, project: UUID, number: int, chance: random.Random) -> dict[str, Any]:
    name = f"lab\n{number}"
    drawn = {
        "optimizer": chance.choice(["adam", "sgd", "lamb"]),
        "lr": chance.choice([1e-3, 3e-4, 1e-4]),
        "seed": number % 20_000,
        "backbone": f"net_{number % 12}",
    }
    return mirrored(source, source.key("run", name), name) | {
        "project_id": project,
        "handle": f"LAB-{number}",
        "name": f"run_{number}",
        "description": "",
        "state": "failed" if number % 50 == 0 else "finished",
        "owner": f"person {number % 9}",
        "started_at": START + timedelta(minutes=number),
        "tags": ["common"] if number % 3 == 0 else [f"tag {number % 5000}"],
        "parameters": REST | drawn,
        "properties": {},
        "code": {},
        "gaps": [],
        "partial": False,
        "trashed": False,
        "provenance": {},
    }


def mention_rows(run: dict[str, Any], number: int) -> list[dict[str, Any]]:
    named = [("key", f"DOC-{number % 5000}"), ("sprint", f"sprint {number % 60}")]
    return [
        {
            "source_id": run["source_id"],
            "run_id": run["key"],
            "kind": kind,
            "value": value,
            "place": "tag",
            "started_at": run["started_at"],
        }
        for kind, value in [*named, *(("tag", tag) for tag in run["tags"])]
    ]


def metric_rows(run: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "source_id": run["source_id"],
            "run_id": run["key"],
            "name": name,
            "last": value,
            "min": value / 2,
            "max": value,
            "points": 0,
        }
        for name in FIGURES
        for value in [chance.random()]
    ]


def draw() -> None:
    """A loss for each of the newest runs: the first page shows a picture of it."""
    from django.db import transaction

    from sources.connectors.base import SeriesRecord
    from sources.models import Source
    from tracking.models import Run
    from tracking.streams import series

    source, chance = Source.objects.get(slug="bench"), random.Random(2)
    steps = [float(step) for step in range(POINTS)]
    times = [1_000 * step for step in range(POINTS)]
    for run in Run.objects.newest_first()[:DRAWN]:
        values = [chance.random() for _ in range(POINTS)]
        project, handle = run.external_id.split("\n")
        with transaction.atomic():
            series.store(
                source,
                [SeriesRecord(project, handle, "train/loss", "float", steps, times, values)],
            )


def mirrored(source: Any, key: UUID, name: str) -> dict[str, Any]:
    return {
        "key": key,
        "source_id": source.pk,
        "external_id": name,
        "digest": b"",
        "removed_at": None,
    }


def main(total: int) -> None:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    seconds = took(lambda: fill(total))
    line(f"{total:,} runs x {KEYS} keys made in", f"{seconds:,.0f} s")
    seconds = took(draw)
    line(f"a curve of {POINTS:,} points for {min(DRAWN, total):,} of them", f"{seconds:,.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.force_login(User.objects.create_superuser("bench", "bench@localhost", "x"))
    for name, query in QUESTIONS.items():
        address = f"/api/v1/runs/?{urlencode({'q': query, 'limit': 100, 'col': 'valid/f1.max'})}"
        page = f"/runs/?{urlencode({'q': query})}"
        client.get(address)
        answers = [took(lambda at=address: client.get(at)) for _ in range(REPEATS)]
        client.get(page)
        pages = [took(lambda at=page: client.get(at)) for _ in range(REPEATS)]
        rows = len(client.get(address).json()["rows"])
        middle, tail = spread(answers)
        page_middle, page_tail = spread(pages)
        line(
            f"{name} ({rows} rows)",
            f"{middle:,.1f} ms",
            f"p95 {tail:,.1f}; the HTML page {page_middle:,.1f}, p95 {page_tail:,.1f}",
        )
    line("memory of this process at most", f"{peak_mb():,.0f} MB")


if __name__ == "__main__":
    with ground():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
