"""Every page with the sample work in it: server time and queries, in process."""

from datetime import UTC, datetime
from pathlib import Path

from bench.ground import ground, line, spread, took

REPEATS = 15


def read_all(folder: Path) -> None:
    """The demo's own sources, read from its own practice servers."""
    import json

    from django.core.management import call_command

    from demo import jira, neptune
    from portal.streams import KINDS
    from sources import engine
    from sources.models import Source

    call_command("demo")
    sample = folder / "sample"
    ports = json.loads((sample / "ports.json").read_text())
    state = jira.State.load(sample / "jira.json")
    store = neptune.Store.load(sample / "neptune")
    with (
        jira.Practice(state, mode="cloud", port=ports["jira"]),
        neptune.Practice(store, port=ports["neptune"]).start(),
    ):
        for source in Source.objects.all():
            sync, kind = engine.claim(source), KINDS[source.kind]
            seconds = took(
                lambda source=source, sync=sync, kind=kind: engine.read(
                    source, sync, lambda: kind.client(source), kind.streams
                )
            )
            sync.refresh_from_db()
            line(f"first sync: {source.name}", f"{seconds:,.1f} s", f"{sync.requests} requests")


def addresses() -> list[str]:
    from tracking.models import Run

    run, other = Run.objects.filter(handle__in=("FORM-53", "FORM-14")).order_by("-handle")
    return [
        "/",
        "/sprints/",
        "/sprints/49/",
        "/t/DOC-2601/",
        "/hypotheses/",
        "/h/DOC-2698/",
        "/inbox/",
        "/runs/",
        "/runs/?q=sprint+%3D+49+order+by+valid/f1.max+desc",
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/curves.json",
        f"/runs/compare/?runs={run.pk}&runs={other.pk}",
        "/search/?q=shift",
        "/records/",
        "/sources/",
        "/api/v1/runs/",
    ]


def main(folder: Path) -> None:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    read_all(folder)
    client = Client()
    client.force_login(User.objects.create_superuser("bench", "bench@localhost", "x"))
    for address in addresses():
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        queries = len(seen)  # now: the next request empties their list
        times = [took(lambda at=address: client.get(at)) for _ in range(REPEATS)]
        middle, tail = spread(times)
        line(address[:52], f"{middle:,.1f} ms", f"p95 {tail:,.1f}, {queries} queries")
    line("measured", f"{datetime.now(UTC):%Y-%m-%d}")


if __name__ == "__main__":
    with ground() as folder:
        main(folder)
