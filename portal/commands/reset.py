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


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def main(chosen: argparse.Namespace) -> int:
    folder = environment.folder()
    if not folder.is_dir():
        print(f"There is nothing at {folder}.")
        return 0
    if not chosen.yes and not agreed(folder):
        print("Nothing was deleted.")
        return 1
    try:
        stop(folder)
        delete(folder)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder} is gone.")
    return 0


def agreed(folder: Path) -> bool:
    """No terminal is a no."""
    if not sys.stdin.isatty():
        print("Nobody can be asked here: say --yes.")
        return False
    told = f"Delete everything in {folder}: database, files, and the keys of its secrets? [y/N] "
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


def delete(folder: Path) -> None:
    """Only what Labledger made, and what its links lead to."""
    folders.forget_sockets(folder)
    cluster = folder / "postgres"
    if cluster.is_symlink():
        shutil.rmtree(cluster.resolve(), ignore_errors=True)
    shutil.rmtree(folder)
