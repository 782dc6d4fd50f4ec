"""Throw the data folder's content away."""

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from portal import environment
from portal.embedded import CannotStart, folders, lock, postgres, valkey

HELP = "stop the portal and delete its data folder: database, files, keys"
PATIENCE = 60
# What a start makes there, as docs/operations.md lists it.
MADE = (
    *("postgres", "valkey", "blobs", "keys", "logs", "run", "static", "sample", "lock"),
    *("*.mark", "beat-schedule*"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def main(chosen: argparse.Namespace) -> int:
    folder = environment.folder()
    if not folder.is_dir():
        print(f"There is nothing at {folder}.")
        return 0
    if not ours(folder):
        print(
            f"{folder} is no data folder of Labledger's: it holds neither keys nor a lock. "
            "Nothing was deleted.",
            file=sys.stderr,
        )
        return 1
    if not chosen.yes and not agreed(folder):
        print("Nothing was deleted.")
        return 1
    try:
        stop(folder)
        left = delete(folder)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    print(told(folder, left))
    return 0


def ours(folder: Path) -> bool:
    """A start makes both before anything else."""
    return (folder / "keys").is_dir() or (folder / "lock").is_file()


def told(folder: Path, left: list[str]) -> str:
    if not left:
        return f"{folder} is gone."
    return (
        f"What Labledger made in {folder} is gone; what it did not make stays: {', '.join(left)}."
    )


def agreed(folder: Path) -> bool:
    """No terminal is a no."""
    if not sys.stdin.isatty():
        print("Nobody can be asked here: say --yes.")
        return False
    told = f"Delete the database, files and keys in {folder}? [y/N] "
    return input(told).strip().lower() in {"y", "yes"}


def stop(folder: Path) -> None:
    """Ends what runs on the folder. A database deleted under a living server
    would be written again, into its successor."""
    pid = lock.holder(folder)
    if pid:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while lock.holder(folder) is not None:
        if time.monotonic() > deadline:
            raise CannotStart(f"Process {pid} still holds {folder} and does not end.")
        time.sleep(0.1)
    postgres.stop_leftover(folder)
    valkey.stop_leftover((folder / "run").resolve())


def delete(folder: Path) -> list[str]:
    """Only what Labledger made, and what its links lead to. The names of all else."""
    folders.forget_sockets(folder)
    cluster = folder / "postgres"
    if cluster.is_symlink():
        shutil.rmtree(cluster.resolve(), ignore_errors=True)
    for made in [path for name in MADE for path in folder.glob(name)]:
        if made.is_dir() and not made.is_symlink():
            shutil.rmtree(made)
        else:
            made.unlink()
    left = sorted(path.name for path in folder.iterdir())
    if not left:
        folder.rmdir()
    return left
