"""The processes of one installation: begun in order, watched, stopped in order."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from portal.embedded import CannotStart
from portal.embedded import child as children
from portal.embedded.child import Child

ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK = 0.05  # seconds between looks while something starts
WATCH = 0.2  # and while everything runs
LOG_LIMIT = 10 * 2**20


class AskedToStop(Exception):
    """A person, or the machine, wants the end."""


class Crew:
    """Used as a context: on leaving, whatever the cause, nobody is left.

    A signal only sets a flag that the waits read: nothing is interrupted
    between starting a child and knowing it.
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: list[tuple[subprocess.Popen[bytes], Child]] = []
        self.asked = False
        self.began = time.monotonic()

    def __enter__(self) -> Self:
        self.logs.mkdir(mode=0o700, exist_ok=True)
        for number in ASKS_TO_STOP:
            signal.signal(number, self.note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def say(self, text: str) -> None:
        """A short line for the terminal, with the seconds since the start."""
        with suppress(BrokenPipeError):
            print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def begin(self, what: Child) -> subprocess.Popen[bytes]:
        process = children.start(what, self.log(what))
        self.running.append((process, what))
        return process

    def complete(self, what: Child) -> None:
        """Runs one that ends to its end."""
        self.join(self.begin(what), what)

    def join(self, process: subprocess.Popen[bytes], what: Child) -> None:
        self.until(lambda: process.poll() == 0)
        self.running.remove((process, what))

    def until(
        self, ready: Callable[[], bool], *, of: Child | None = None, seconds: float = 600
    ) -> None:
        """Waits, but not past a death, a wish to stop, or its time. `of`: whose
        last words explain it when the time runs out."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.look()
            if time.monotonic() > deadline:
                told = self.last_words(of) if of else f"See {self.logs}."
                raise CannotStart(f"Not ready after {seconds:.0f} s. {told}")
            time.sleep(LOOK)

    def watch(self) -> None:
        """Until somebody asks for the end, or one of us dies."""
        while True:
            self.look()
            time.sleep(WATCH)

    def look(self) -> None:
        if self.asked:
            raise AskedToStop
        for process, what in self.running:
            if process.poll() is not None and not (what.ends and process.returncode == 0):
                raise CannotStart(self.ended(what, process.returncode))

    def ended(self, what: Child, code: int) -> str:
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        return f"{what.name} ended by itself ({how}). {self.last_words(what)}"

    def last_words(self, what: Child) -> str:
        last = "\n".join(self.log(what).read_text(errors="replace").splitlines()[-15:])
        return f"The last words of {what.name} ({self.log(what)}):\n{last}"

    def log(self, what: Child) -> Path:
        return self.logs / f"{what.name}.log"

    def roll(self) -> None:
        """Logs that grew large make room for new ones; one old one each is kept."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))

    def stop(self) -> None:
        """Ours together, then the servers they write to, newest first."""
        ours = [pair for pair in reversed(self.running) if not pair[1].server]
        for process, what in ours:
            children.ask(process, what)
        for process, what in ours:
            children.finish(process, what)
        for process, what in reversed(self.running):
            if what.server:
                children.stop(process, what)
        self.running.clear()


def report(error: CannotStart) -> None:
    print(f"\nLabledger stopped. {error}", file=sys.stderr, flush=True)
