"""A first sync, and an unchanged one, of a large practice Jira: `python -m bench.jira 20000`."""

import subprocess
import sys

from bench.ground import ground, line, peak_mb, took


def report(issues: int, name: str, source: object) -> None:
    from portal.streams import KINDS
    from sources import engine

    source.refresh_from_db()
    source.next_sync_at, source.claim = source.created_at, None
    source.save()
    sync, kind = engine.claim(source), KINDS["jira"]
    seconds = took(lambda: engine.read(source, sync, lambda: kind.client(source), kind.streams))
    sync.refresh_from_db()
    told = f"{sync.requests} requests, {sync.inserted:,} stored, {sync.updated:,} updated"
    line(f"{issues:,} issues, {name}", f"{seconds:,.1f} s", f"{told}; {sync.outcome} {sync.error}")


def main(issues: int) -> None:
    from sources.models import Source
    from sprints.models import Task, TaskEvent, Worklog

    command = [sys.executable, "-m", "demo.jira", "--crowd", str(issues), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as jira:
        try:
            assert jira.stdout is not None
            address = jira.stdout.readline().split()[-1]
            source = Source(slug="bench", name="Bench", kind="jira")
            source.settings = {"address": address, "email": "p00@example.org", "mode": "cloud"}
            source.secret = "crowd"
            source.save()
            for name in ("first sync", "sync of the unchanged source"):
                report(issues, name, source)
            counts = (Task.objects.count(), TaskEvent.objects.count(), Worklog.objects.count())
            line("tasks, events, worklogs stored", "", "{:,}, {:,}, {:,}".format(*counts))
            line("memory of the worker at most", f"{peak_mb():,.0f} MB")
        finally:
            jira.terminate()


if __name__ == "__main__":
    with ground():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
