"""The machine: Python, packages, browser, clock, room."""

import importlib.metadata
import platform
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from portal.checkup import Findings, good, note, wrong
from portal.environment import ROOT, folder

OLDEST = (3, 13)
# A first cluster takes 40 MB, its log up to 1 GB; files of runs come on top.
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+) \\$", re.MULTILINE)  # no marker behind
LITTLE, TOO_LITTLE = 5 * 10**9, 10**9
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def python() -> Findings:
    if sys.version_info < OLDEST:
        yield wrong(f"Python {platform.python_version()} is too old: install Python 3.13 or newer.")
    else:
        yield good(f"Python {platform.python_version()} on {platform.system()}")


def packages() -> Findings:
    """The environment against the lock: a half-made one fails in odd places."""
    lock = ROOT / "lock" / "run.txt"
    if not lock.is_file():
        yield note("No lock file here: the packages are whatever was installed.")
        return
    pinned = PINNED.findall(lock.read_text())
    other = [told for name, version in pinned if (told := difference(name, version))]
    if other:
        shown = ", ".join(other[:5]) + (" …" if len(other) > 5 else "")
        yield wrong(f"The environment is not the lock's ({shown}): run `make run` again.")
    else:
        yield good(f"{len(pinned)} packages are as the lock says")


def difference(name: str, version: str) -> str:
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is missing"
    return "" if found == version else f"{name} is {found}, not {version}"


def room() -> Findings:
    place = nearest(folder())
    free = shutil.disk_usage(place).free
    told = f"{free / 10**9:.1f} GB are free at {place}"
    if free < TOO_LITTLE:
        yield wrong(f"{told}: a database that runs full stops. Make room.")
    else:
        yield note(f"{told}: that is little.") if free < LITTLE else good(told)


def nearest(path: Path) -> Path:
    """The folder itself, or the first above it that exists."""
    return next(found for found in (path, *path.parents) if found.exists())


def clock() -> Findings:
    """A clock before our own files' time makes tokens, syncs and seals lie."""
    now = datetime.now(UTC)
    written = datetime.fromtimestamp((ROOT / "portal" / "settings.py").stat().st_mtime, UTC)
    if now < written:
        yield wrong(
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, before this code was written: set it."
        )
    else:
        yield good(f"The clock says {now:%Y-%m-%d %H:%M} UTC")


def browser() -> Findings:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        yield good(f"The tests' browser is {found}")
    else:
        yield note(
            f"No Chromium: needed by the tests only (Debian: apt-get install {BROWSERS[0]})."
        )
