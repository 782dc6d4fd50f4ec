"""Servers and workers of their own, to be killed and started again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.fernet import Fernet

from portal.embedded import child, postgres, valkey
from portal.embedded.child import Child
from portal.embedded.folders import postgres_user
from portal.processes import HINTS, QUEUE

PATIENCE = 60


class Ground:
    """PostgreSQL, Valkey and a Celery worker. Servers are killed and the machine is
    not, which keeps what they wrote: fsync would only take time.

    Entering it sets the environment and Django up; leaving ends everything.
    """

    def __init__(self, worker: str = "tests.soak.worker:app") -> None:
        self.app = worker
        self.folder = Path(tempfile.mkdtemp(prefix="ll-soak-", dir="/tmp"))
        self.sockets = self.folder / "run"
        self.running: dict[str, tuple[subprocess.Popen[bytes], Child]] = {}

    def __enter__(self) -> Self:
        user = postgres_user()
        self.folder.chmod(0o711 if user else 0o700)
        self.sockets.mkdir(mode=0o700)
        if user:
            os.chown(self.sockets, user.pw_uid, user.pw_gid)
        os.environ.update(
            DJANGO_SETTINGS_MODULE="tests.soak.settings",
            DATABASE_URL=postgres.address(self.sockets),
            REDIS_URL=f"unix://{self.sockets / valkey.SOCKET}",
            LABLEDGER_DATA=str(self.folder),
            LABLEDGER_SECRET_KEY="only-for-the-soak",
            LABLEDGER_CREDENTIAL_KEYS=Fernet.generate_key().decode(),
            LABLEDGER_LOG_LEVEL="CRITICAL",
            LABLEDGER_PLAIN_STATIC="yes",
        )
        self.start_postgres()
        self.start_valkey()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self.running):  # nothing here is to be kept, or to end in order
            self._kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_postgres(self) -> None:
        server = postgres.child(self.folder, self.sockets, more=("fsync=off",))
        self._start(server, lambda: postgres.ready(self.sockets))

    def start_valkey(self) -> None:
        self._start(valkey.child(self.folder, self.sockets), lambda: valkey.ready(self.sockets))

    def start_worker(self) -> None:
        """One pool process beside its master: what a sync runs in, and is killed."""
        self._start(
            Child(
                "worker",
                [
                    *(sys.executable, "-m", "celery", "--app", self.app, "worker"),
                    *("--queues", f"{QUEUE},{HINTS}"),
                    *("--concurrency", "1", "--loglevel", "WARNING"),
                    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
                ],
                orphaned_by=signal.SIGQUIT,
                quit_by=signal.SIGQUIT,
            ),
            lambda: True,
        )

    def _start(self, what: Child, ready: Callable[[], bool]) -> None:
        process = child.start(what, self.folder / f"{what.name}.log")
        self.running[what.name] = process, what
        end = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError(self.told(f"{what.name} does not start"))
            time.sleep(0.05)

    def kill_reader(self) -> bool:
        """SIGKILL to the process that a sync runs in. False when there is none just now."""
        master, _ = self.running["worker"]
        readers = children_of(master.pid)
        for pid in readers:
            os.kill(pid, signal.SIGKILL)
        return bool(readers)

    def kill_worker(self) -> None:
        """The whole worker, and another one."""
        self._kill("worker")
        self.start_worker()

    def restart_postgres(self) -> None:
        """As after a power cut: its own recovery brings it back."""
        self._kill("postgres")
        self.start_postgres()

    def restart_valkey(self) -> None:
        self._kill("valkey")
        self.start_valkey()

    def _kill(self, name: str) -> None:
        """With its children: Postgres' own end by themselves once it is gone."""
        process, _ = self.running.pop(name)
        children = children_of(process.pid) if name == "worker" else []
        for pid in (process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()

    def works(self) -> bool:
        """Whether the worker lives: it ends by itself when something is wrong with it."""
        return self.running["worker"][0].poll() is None

    def told(self, trouble: str) -> str:
        """With all that was logged here."""
        logs = [f"── {one.name}\n{one.read_text(errors='replace')}" for one in self._logs()]
        return "\n".join([trouble, *logs])

    def _logs(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))


def children_of(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []
