"""Servers and a migrated database for one benchmark; gone afterwards."""

import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import django
from cryptography.fernet import Fernet

from portal.embedded import child, postgres, valkey
from portal.embedded.folders import postgres_user

PATIENCE = 60


@contextmanager
def ground() -> Iterator[Path]:
    """PostgreSQL with fsync on, Valkey, Django set up, every migration applied."""
    folder = Path(tempfile.mkdtemp(prefix="llb-"))
    user = postgres_user()
    folder.chmod(0o711 if user else 0o700)
    run = folder / "run"
    run.mkdir(mode=0o700)
    if user:
        os.chown(run, user.pw_uid, user.pw_gid)
    started = []
    try:
        for what in (postgres.child(folder, run), valkey.child(folder, run)):
            begun = child.start(what, folder / f"{what.name}.log")
            started.append((begun, what))
        wait(lambda: postgres.ready(run) and valkey.ready(run))
        set_up(folder, run)
        yield folder
    finally:
        for process, what in reversed(started):
            child.stop(process, what)
        shutil.rmtree(folder, ignore_errors=True)


def wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit("The benchmark's servers do not start.")
        time.sleep(0.05)


def set_up(folder: Path, run: Path) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="portal.settings",
        DATABASE_URL=postgres.address(run),
        REDIS_URL=f"unix://{run / valkey.SOCKET}",
        LABLEDGER_DATA=str(folder),
        LABLEDGER_SECRET_KEY="only-for-benchmarks",
        LABLEDGER_CREDENTIAL_KEYS=Fernet.generate_key().decode(),
        LABLEDGER_HOSTS="testserver",
        LABLEDGER_LOG_LEVEL="ERROR",
        LABLEDGER_PLAIN_STATIC="yes",
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def took(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line(name: str, value: str, note: str = "") -> None:
    print(f"  {name:<52}{value:>14}  {note}".rstrip(), flush=True)


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and p95, milliseconds."""
    ordered = sorted(seconds)
    return 1e3 * statistics.median(ordered), 1e3 * ordered[
        min(len(ordered) - 1, int(0.95 * len(ordered)))
    ]


def peak_mb() -> float:
    """The process's largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
