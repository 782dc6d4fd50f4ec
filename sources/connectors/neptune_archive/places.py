"""Paths that come from inside an archive, and what they may reach."""

import errno
import os
import stat
from pathlib import Path, PurePosixPath
from typing import BinaryIO


class Refused(Exception):
    """This file is not there, or may not be had. The text says why, in a clause."""


def inside(base: Path, relative: str) -> Path:
    """The real place of a path that must stay below `base`. Links may be used on
    the way as long as they stay there too."""
    pieces = PurePosixPath(relative).parts
    if not pieces or relative.startswith(("/", "\\")) or ".." in pieces or "\0" in relative:
        raise Refused("its path in the archive leads out of the archive")
    try:
        root, real = base.resolve(), (base / relative).resolve()
    except (OSError, ValueError, RuntimeError):
        raise Refused("its path in the archive is not a path") from None
    if not real.is_relative_to(root):
        raise Refused("its path in the archive leads out of the archive")
    return real


def status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError:
        raise Refused("its file is not in the archive") from None
    except PermissionError:
        raise Refused("Labledger may not read its file") from None
    except (OSError, ValueError):
        raise Refused("its file in the archive cannot be read") from None


def regular(path: Path) -> os.stat_result:
    found = status(path)
    if not stat.S_ISREG(found.st_mode):
        raise Refused("what is in its place in the archive is not a file")
    return found


def opened(path: Path) -> BinaryIO:
    """A stream of the bytes. Raises OSError: one file that has gone since it was
    listed is no reason to stop reading an archive."""
    try:
        regular(path)
    except Refused as reason:
        raise OSError(errno.EIO, str(reason)) from None
    return path.open("rb")
