"""One server a data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import CannotStart


class AlreadyRuns(CannotStart):
    """Another process holds the data folder. `pid` is 0 when it is unknown."""

    def __init__(self, folder: Path, pid: int) -> None:
        super().__init__(
            f"Labledger already runs on {folder} (process {pid or 'unknown'}). "
            "Stop that one (Ctrl-C in its terminal), or give this one a folder "
            "of its own with LABLEDGER_DATA."
        )
        self.pid = pid


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The data folder is ours until we leave, or die: the kernel lets it go."""
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns(folder, written(folder)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def holder(folder: Path) -> int | None:
    """The process that holds the folder, or None when nobody does."""
    try:
        with held(folder):
            return None
    except FileNotFoundError:
        return None
    except AlreadyRuns as other:
        return other.pid


def written(folder: Path) -> int:
    text = (folder / "lock").read_text().strip()
    return int(text) if text.isdigit() else 0
