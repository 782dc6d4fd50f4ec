"""A first sync, an unchanged one, and one after 500 changes, of a large practice Jira.

`python -m bench.jira 20000 cloud` (or `dc`).
"""

import base64
import json
import subprocess
import sys
from collections.abc import Iterable
from urllib.request import Request, urlopen

from bench.ground import ground, line, peak_mb, took

CHANGES = 500
WHO = "p00@example.org"
TOKEN = "crowd"


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


def change(address: str, mode: str, issues: Iterable[str]) -> None:
    """One edit each, as a person makes it."""
    both = base64.b64encode(f"{WHO}:{TOKEN}".encode()).decode()
    allowed = f"Basic {both}" if mode == "cloud" else f"Bearer {TOKEN}"
    api = "3" if mode == "cloud" else "2"
    for number in issues:
        body = json.dumps({"fields": {"summary": f"Changed {number}"}}).encode()
        headers = {"Authorization": allowed, "Content-Type": "application/json"}
        asked = Request(
            f"{address}/rest/api/{api}/issue/{number}", data=body, headers=headers, method="PUT"
        )
        urlopen(asked, timeout=10).close()


def main(issues: int, mode: str) -> None:
    from sources.models import Source
    from sprints.models import Task, TaskEvent, Worklog

    command = [sys.executable, "-m", "demo.jira", "--crowd", str(issues), "--mode", mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as jira:
        try:
            assert jira.stdout is not None
            address = jira.stdout.readline().split()[-1]
            source = Source(slug="bench", name="Bench", kind="jira")
            source.settings = {"address": address, "mode": mode}
            source.settings["email"] = WHO if mode == "cloud" else ""
            source.secret = TOKEN
            source.save()
            for name in ("first sync", "sync of the unchanged source"):
                report(issues, name, source)
            some = Task.objects.order_by("key").values_list("external_id", flat=True)[:CHANGES]
            change(address, mode, list(some))
            report(issues, f"sync after {CHANGES} changes", source)
            counts = (Task.objects.count(), TaskEvent.objects.count(), Worklog.objects.count())
            line("tasks, events, worklogs stored", "", "{:,}, {:,}, {:,}".format(*counts))
            line("memory of the worker at most", f"{peak_mb():,.0f} MB")
        finally:
            jira.terminate()


if __name__ == "__main__":
    with ground():
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 20_000,
            sys.argv[2] if len(sys.argv) > 2 else "cloud",
        )
