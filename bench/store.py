"""The bulk store against a bare COPY and against Django's bulk_create.

A COPY into a temporary table writes neither an index nor a log of its changes; the
one into the table itself does the work that storing rows there takes anybody.
"""

import statistics
from collections.abc import Callable, Sequence
from typing import Any

from bench.ground import ground, line, took

ROWS, ISSUES, TIMES = 30_000, 4_000, 3
FIGURES = ("last", "last_step", "min", "max", "points")


def main() -> None:
    from sources.models import Source

    source = Source.objects.create(slug="bench", name="Bench", kind="jira")
    figures(made(source))
    issues(source)


def made(source: Any) -> list[dict[str, Any]]:
    return [
        {
            "source_id": source.pk,
            "run_id": source.key("run", number // 10),
            "name": f"valid/metric_{number % 10}",
            "last": number / 7,
            "last_step": 100.0,
            "min": number / 9,
            "max": number / 5,
            "points": 0,
        }
        for number in range(ROWS)
    ]


def figures(rows: Sequence[dict[str, Any]]) -> None:
    """Metrics, a table with five indexes."""
    from sources.store import append, upsert
    from tracking.models import Metric

    def stored() -> None:
        upsert(Metric, rows, on=("run_id", "name"), compare=("last", "min", "max"))

    ceiling, same_work = fresh(lambda: bare(rows)), fresh(lambda: copied("tracking_metric", rows))
    line("bare COPY into a temporary table, no index", f"{ROWS / ceiling:,.0f}/s")
    line(
        "bare COPY into the table itself, five indexes",
        f"{ROWS / same_work:,.0f}/s",
        f"{ceiling / same_work:.0%} of the one without",
    )

    def told(name: str, seconds: float) -> None:
        shares = (
            f"{ceiling / seconds:.0%} of bare COPY without indexes, {same_work / seconds:.0%} with"
        )
        line(name, f"{ROWS / seconds:,.0f}/s", shares)

    told("append, rows known to be new", fresh(lambda: append(Metric, rows)))
    created = fresh(lambda: bulk(rows))
    told("Django bulk_create, new rows", created)
    told("store, new rows", fresh(stored))
    told("store, unchanged rows", middle(stored))
    told("Django bulk_create, unchanged rows", middle(lambda: bulk(rows)))


def copied(into: str, rows: Sequence[dict[str, Any]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        columns = ", ".join(rows[0])
        with cursor.cursor.copy(f"COPY {into} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))


def bare(rows: Sequence[dict[str, Any]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (LIKE tracking_metric) ON COMMIT DROP")
        cursor.execute("ALTER TABLE bare DROP COLUMN id")
    copied("bare", rows)


def bulk(rows: Sequence[dict[str, Any]]) -> None:
    from tracking.models import Metric

    Metric.objects.bulk_create(
        [Metric(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["run", "name"],
        update_fields=FIGURES,
        batch_size=2_000,
    )


def fresh(work: Callable[[], object]) -> float:
    """Into an empty table."""
    from django.db import connection

    def emptied() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE tracking_metric")

    return middle(work, before=emptied)


def middle(work: Callable[[], object], *, before: Callable[[], object] = lambda: None) -> float:
    """The middle of some, each in one transaction; `before` is not counted."""
    from django.db import transaction

    def once() -> None:
        with transaction.atomic():
            work()

    seconds = []
    for _ in range(TIMES):
        before()
        seconds.append(took(once))
    return statistics.median(seconds)


def issues(source: object) -> None:
    """Whole Jira issues, with all that hangs on them, against Django's way with
    the task rows alone."""
    from django.db import transaction

    import demo.jira
    from demo.jira.crowd import crowd
    from sources.connectors.jira.client import JiraClient
    from sprints.models import Task
    from sprints.streams import store_issues

    with demo.jira.Practice(crowd(ISSUES)) as jira:
        client = JiraClient(jira.url, email="p00@example.org", token="crowd", mode="cloud")
        records = [record for page in client.issues() for record in page.records]
        client.close()

    def stored() -> None:
        for at in range(0, len(records), 500):
            with transaction.atomic():
                store_issues(source, records[at : at + 500])

    first, again = took(stored), took(stored)
    held = list(Task.objects.all())
    columns = [field.name for field in Task._meta.concrete_fields if field.name != "key"]

    def bulk() -> None:
        Task.objects.bulk_create(
            held,
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=columns,
            batch_size=500,
        )

    naive = took(bulk)
    count = len(records)
    line(f"{count:,} issues with events, notes, links, documents", f"{count / first:,.0f}/s")
    line("the same, unchanged", f"{count / again:,.0f}/s", f"{first / again:.0f}x new")
    line(
        "Django bulk_create of the task rows, unchanged",
        f"{count / naive:,.0f}/s",
        f"{naive / again:.1f}x slower",
    )


if __name__ == "__main__":
    with ground():
        main()
