"""A whole portal as a person starts it: `labledger run`, on a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from portal.environment import ROOT

PATIENCE = 90
OURS = ("LABLEDGER_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST_")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """As in a fresh terminal: nothing of the tests' own."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith(OURS)}
    return kept | {"LABLEDGER_DATA": str(folder)} | more


def labledger(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", *words],
        cwd=ROOT,
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def living(folder: Path) -> list[str]:
    """Every process that was started for this folder: "number command"."""
    found = [(entry.name, *seen(entry)) for entry in Path("/proc").glob("[0-9]*")]
    # Valkey writes its title over its environment, but names its socket there.
    return [
        f"{number} {command}"
        for number, command, names in found
        if command and (f"LABLEDGER_DATA={folder}" in names or f"{folder}/" in command)
    ]


def seen(entry: Path) -> tuple[str, list[str]]:
    """A process's command and its environment; nothing when it is gone."""
    try:
        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        names = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "", []
    return command.strip(), names


def soon(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


class Portal:
    """One `labledger run`; what it said is in `said`."""

    def __init__(self, folder: Path, *words: str, **more: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "run", "--port", str(self.port), *words],
            cwd=ROOT,
            env=environment(folder, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def ready(self) -> "Portal":
        """Reads what it says until it has said all of its greeting."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C stops everything" in line:
                return self
        self.end()
        raise AssertionError(f"It did not start:\n{self.said}\n{self.logs()}")

    def login(self) -> tuple[str, str]:
        found = re.search(r"Log in as (\S+) with the password (\S+)", self.said)
        assert found, self.said
        return found[1], found[2]

    def child(self, name: str) -> int:
        """The process number of one of its children, by a word of its command."""
        return next(int(line.split()[0]) for line in living(self.folder) if name in line)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code, once it is over."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.said += rest
        return self.process.returncode

    def logs(self) -> str:
        logs = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in logs)
