"""What runs beside the servers: web, worker, hints, beat. One table, for one machine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from portal.embedded.child import Child
from portal.environment import ROOT

PYTHON = sys.executable
QUEUE = "celery"  # Celery's own name
HINTS = "hints"  # what webhooks told of, and what is sent: seconds matter, and it takes no longer
AT_ONCE = 4  # sources that are followed or sent to at the same time: they wait, not for us
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def prepare(*, demo: bool, after: Path | None = None) -> Child:
    """`after`: it begins at once, and waits for that file to touch the database."""
    more = ["--demo"] if demo else []
    more += ["--after", str(after)] if after else []
    return Child("prepare", django("prepare", *more), ends=True)


def collect() -> Child:
    command = django("collectstatic", "--noinput", "--clear", "--verbosity", "0")
    return Child("static", command, ends=True)


def web(host: str, port: int, *, after: Path) -> Child:
    """Threads wait for Postgres, processes use the cores. It answers once the
    file `after` is there. Pages reckon nothing that more threads would speed up."""
    workers = os.environ.get("LABLEDGER_WEB_WORKERS", "2")
    serve = ("--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws")
    size = ("--workers", workers, "--blocking-threads", "4", "--workers-kill-timeout", "5")
    words = (str(after), *serve, *size, "portal.wsgi:application")
    alone = {"OPENBLAS_NUM_THREADS": "1"}
    return Child("web", [PYTHON, "-m", "portal.serving", *words], patience=10, environment=alone)


def practice(sample: Path) -> Child:
    """The servers that the sample work is read from."""
    return Child("practice", [PYTHON, "-m", "demo", str(sample)], patience=10)


def worker() -> Child:
    """An orphaned worker drops what it does (QUIT): tasks are acknowledged late
    and page by page, so the next start takes them up again."""
    concurrency = os.environ.get("LABLEDGER_WORKERS", "2")
    command = [*celery("worker"), "--queues", f"{QUEUE},{HINTS}", "--concurrency", concurrency]
    return Child("worker", [*command, *QUIET], orphaned_by=signal.SIGQUIT)


def hints() -> Child:
    """A small worker that only follows webhooks and sends: the others may all be reading
    for minutes. One process, whose threads wait for other servers."""
    size = ("--pool", "threads", "--concurrency", str(AT_ONCE), "--hostname", f"{HINTS}@%h")
    command = [*celery("worker"), "--queues", HINTS, *size]
    return Child("hints", [*command, *QUIET], orphaned_by=signal.SIGQUIT)


def beat(data: Path) -> Child:
    command = [*celery("beat"), "--schedule", str(data / "beat-schedule"), "--pidfile="]
    return Child("beat", command, patience=5)


def celery(part: str) -> list[str]:
    return [PYTHON, "-m", "celery", "--app", "portal.celery:app", part, "--loglevel", "INFO"]


def django(*words: str) -> list[str]:
    return [PYTHON, "-m", "django", *words, "--settings", "portal.settings"]


def ask_django(*words: str) -> int:
    """Runs a command to its end, before the eyes of who asked; its exit code."""
    return subprocess.run(django(*words), cwd=ROOT, check=False).returncode


def watch_django(*words: str) -> int:
    """The same for one that answers Ctrl-C itself: its last words are waited for."""
    with subprocess.Popen(django(*words), cwd=ROOT) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue
