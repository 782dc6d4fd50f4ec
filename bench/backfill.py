"""A backfill of a very large Jira by a real worker, which is killed half-way and goes on.

`python -m bench.backfill 200000` (then `dc` or `cloud`, 0.5: when it is killed, 0: never).
Shows progress as a terminal does; at the end what it took, and the worker's memory.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ground import ground, line

WHO, TOKEN = "p00@example.org", "crowd"
LOOKS = 1.0  # seconds between two
SAYS = 30  # looks between two lines


def main(folder: Path, issues: int, mode: str, killed_at: float) -> None:
    from sources.models import Source
    from sprints.models import Task

    with practice_jira(issues, mode) as address, worker(folder) as master:
        source = Source(slug="bench", name="Bench", kind="jira")
        source.settings = {"address": address, "mode": mode}
        source.settings["email"] = WHO if mode == "cloud" else ""
        source.secret = TOKEN
        source.save()
        watch = Watch(source, master, killed_at)
        watch.to_the_end()
        for sync in source.syncs.order_by("started_at"):
            told = f"{sync.requests:,} requests, {sync.inserted:,} stored, {sync.gap_count} gaps"
            span = (sync.finished_at - sync.begun_at).total_seconds()
            line(f"sync: {sync.outcome}", f"{span:,.0f} s", f"{told}; {sync.error}")
        line("tasks stored", f"{Task.objects.count():,}")
        line("memory of a worker at most", f"{watch.peak:,.0f} MB")


class Watch:
    """Plays beat, shows progress, kills the reading process once."""

    def __init__(self, source: object, master: int, killed_at: float) -> None:
        self.source = source
        self.master = master
        self.killed_at = killed_at
        self.killed = not killed_at
        self.peak = 0.0

    def to_the_end(self) -> None:
        from portal import tasks

        began, looks = time.monotonic(), 0
        while not self.source.syncs.filter(outcome__in=("done", "partial")).exists():
            looks += 1
            if looks % 5 == 1:
                tasks.sync_due_sources()
            self.look(looks, time.monotonic() - began)
            time.sleep(LOOKS)

    def look(self, looks: int, seconds: float) -> None:
        from portal.following import line as told
        from portal.pages.sources.progress import progress

        readers = children_of(self.master)
        self.peak = max([self.peak, *map(peak_mb_of, readers)])
        sync = self.source.syncs.running().first()
        if sync is None:
            return
        if looks % SAYS == 0:
            shown = told(sync, progress(self.source, sync, may_sync=False))
            print(f"{seconds:6.0f} s {self.peak:4.0f} MB {sync.requests:6} requests  {shown}")
            sys.stdout.flush()
        if not self.killed and sync.total and sync.records >= self.killed_at * sync.total:
            print(f"{seconds:6.0f} s  killed at {sync.records:,}, {sync.requests} requests")
            self.killed = True
            for reader in readers:
                os.kill(reader, signal.SIGKILL)


@contextmanager
def practice_jira(issues: int, mode: str) -> Iterator[str]:
    command = [sys.executable, "-m", "demo.jira", "--crowd", str(issues), "--mode", mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as jira:
        try:
            assert jira.stdout is not None
            yield jira.stdout.readline().split()[-1]
        finally:
            jira.terminate()


@contextmanager
def worker(folder: Path) -> Iterator[int]:
    """The number of a Celery worker with one process to read in."""
    from portal import processes
    from portal.embedded import child

    os.environ["LABLEDGER_WORKERS"] = "1"
    what = processes.worker()
    begun = child.start(what, folder / "worker.log")
    try:
        yield begun.pid
    finally:
        child.stop(begun, what)


def children_of(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(word) for word in found]


def peak_mb_of(process: int) -> float:
    """Its largest resident memory so far; nothing of one that has just ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    lines = (row.split() for row in told.splitlines() if row.startswith("VmHWM"))
    return sum(int(words[1]) for words in lines) / 1024


if __name__ == "__main__":
    given = sys.argv[1:]
    issues, mode, killed_at = [*given, *("200000", "cloud", "0.5")[len(given) :]]
    with ground() as place:
        main(place, int(issues), mode, float(killed_at))
