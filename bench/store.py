"""The bulk store against a bare COPY and against Django's bulk_create."""

from bench.ground import ground, line, took

ROWS, ISSUES = 30_000, 4_000


def main() -> None:
    from django.db import connection, transaction

    from sources.models import Source
    from sources.store import append, upsert
    from tracking.models import Metric

    source = Source.objects.create(slug="bench", name="Bench", kind="jira")
    rows = [
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
    keys, compare = ("run_id", "name"), ("last", "min", "max")

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bare (LIKE tracking_metric) ON COMMIT DROP")
            cursor.execute("ALTER TABLE bare DROP COLUMN id")
            columns = ", ".join(rows[0])
            with cursor.cursor.copy(f"COPY bare ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))

    def fresh(work: object) -> float:
        Metric.objects.all().delete()
        return took(work)

    def stored() -> None:
        with transaction.atomic():
            upsert(Metric, rows, on=keys, compare=compare)

    def appended() -> None:
        with transaction.atomic():
            append(Metric, rows)

    def bulk() -> None:
        Metric.objects.bulk_create(
            [Metric(**row) for row in rows],
            update_conflicts=True,
            unique_fields=["run", "name"],
            update_fields=["last", "last_step", "min", "max", "points"],
            batch_size=2_000,
        )

    ceiling = took(bare)
    line("bare COPY, no index", f"{ROWS / ceiling:,.0f}/s")
    new = fresh(stored)
    line(
        "store, new rows into an indexed table",
        f"{ROWS / new:,.0f}/s",
        f"{ceiling / new:.0%} of bare COPY",
    )
    added = fresh(appended)
    line(
        "append, rows known to be new",
        f"{ROWS / added:,.0f}/s",
        f"{ceiling / added:.0%} of bare COPY",
    )
    created = fresh(bulk)
    line(
        "Django bulk_create, new rows",
        f"{ROWS / created:,.0f}/s",
        f"{created / new:.1f}x slower than the store",
    )
    again = took(stored)
    line("store, unchanged rows", f"{ROWS / again:,.0f}/s")
    rewritten = took(bulk)
    line(
        "Django bulk_create, unchanged rows",
        f"{ROWS / rewritten:,.0f}/s",
        f"{rewritten / again:.1f}x slower",
    )

    issues(source)


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
