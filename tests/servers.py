"""One embedded PostgreSQL and Valkey a test run, in a short temporary folder.

With xdist the controller owns them; each worker has a database, a queue and a
data folder of its own on them.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from portal.embedded import child, postgres, valkey
from portal.embedded.folders import postgres_user

WORKER = "PYTEST_XDIST_WORKER"
PATIENCE = 60


def choose() -> Path:
    """The run's folder, and an environment that names what will be there.

    Settings may be read from now on; nothing is started yet.
    """
    if worker := os.environ.get(WORKER):
        return share(Path(os.environ["LABLEDGER_TEST_SERVERS"]), worker)
    folder = Path(tempfile.mkdtemp(prefix="ll-", dir="/tmp"))
    folder.chmod(0o711 if postgres_user() else 0o700)
    os.environ["LABLEDGER_TEST_SERVERS"] = str(folder)
    return share(folder, "gw0")


def share(folder: Path, worker: str) -> Path:
    """Number 0 of the queue's databases is left to tests that start workers."""
    run = folder / "run"
    os.environ["DATABASE_URL"] = postgres.address(run)
    os.environ["REDIS_URL"] = f"unix://{run / valkey.SOCKET}?db={1 + int(worker.lstrip('gw'))}"
    os.environ["LABLEDGER_DATA"] = str(folder / worker)
    (folder / worker).mkdir(exist_ok=True)
    return folder


class Servers:
    """Started once, stopped once, by the process that is not an xdist worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[tuple[subprocess.Popen[bytes], child.Child]] = []

    def start(self) -> None:
        run = self.folder / "run"
        user = postgres_user()
        run.mkdir(mode=0o700)
        if user:
            os.chown(run, user.pw_uid, user.pw_gid)
        self.begin(postgres.child(self.folder, run, lasting=False))
        self.begin(valkey.child(self.folder, run, more=("--databases", "64")))
        self.wait_for(lambda: postgres.ready(run))
        self.wait_for(lambda: valkey.ready(run))

    def begin(self, what: child.Child) -> None:
        log = self.folder / f"{what.name}.log"
        self.running.append((child.start(what, log), what))

    def wait_for(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            dead = [what.name for process, what in self.running if process.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise RuntimeError(
                    f"The tests' servers do not start: {dead or 'too slow'}\n{self.logs()}"
                )
            time.sleep(0.02)

    def logs(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        for process, what in reversed(self.running):
            child.stop(process, what)
        shutil.rmtree(self.folder, ignore_errors=True)
