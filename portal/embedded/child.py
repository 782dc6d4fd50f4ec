"""Children that die with their parent, and stop in time."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
INSISTING = 3  # seconds between asking sharply and killing
# Loaded before any fork: between fork and exec nothing may be imported.
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Child:
    """One command, and how it is asked to end.

    `quit_by` ends it in order, within `patience` seconds. `orphaned_by` is the
    signal that the kernel sends when the supervisor is killed; only Linux has
    that, elsewhere the next start stops what was left. A `server` is stopped
    last: the others still write to it while they end. One that `ends` does so
    by itself, and well.
    """

    name: str
    command: Sequence[str]
    quit_by: signal.Signals = signal.SIGTERM
    orphaned_by: signal.Signals = signal.SIGTERM
    patience: float = 15
    user: pwd.struct_passwd | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    server: bool = False
    ends: bool = False


def start(child: Child, log: Path) -> subprocess.Popen[bytes]:
    """Started in a session of its own: the terminal's Ctrl-C reaches only us.

    Call it from the main thread: the kernel watches the thread that forked.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as written:
        return subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | child.environment,
            user=child.user.pw_uid if child.user else None,
            group=child.user.pw_gid if child.user else None,
            extra_groups=[] if child.user else None,
            # The supervisor and the tests' servers start children from one thread.
            preexec_fn=die_with(os.getpid(), child.orphaned_by),  # noqa: PLW1509
        )


def die_with(parent: int, orphaned_by: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec: after the change of user, which
    would clear the wish."""

    def prepare() -> None:
        if LIBC is None:
            return
        LIBC.prctl(PR_SET_PDEATHSIG, orphaned_by)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def ask(process: subprocess.Popen[bytes], child: Child) -> None:
    if process.poll() is None:
        process.send_signal(child.quit_by)


def finish(process: subprocess.Popen[bytes], child: Child) -> int:
    """Waits for one that was asked, asks it sharply (QUIT), kills it; then the
    rest of its session, so that no grandchild stays. Returns the exit code."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(child.patience)
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(INSISTING)
    with suppress(ProcessLookupError, PermissionError):
        # macOS calls a zombie's group "not permitted".
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def stop(process: subprocess.Popen[bytes], child: Child) -> int:
    ask(process, child)
    return finish(process, child)
