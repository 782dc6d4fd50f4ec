"""Save what cannot be had again: the database, the files, the keys."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from portal import environment
from portal.embedded import CannotStart, postgres

HELP = "write database, files and keys into a new folder, while the portal runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")


def main(chosen: argparse.Namespace) -> int:
    """The database first: what it cites is in the files by then, and a blob
    never changes. The folder holds the keys, so it is closed to others."""
    target: Path = chosen.folder.absolute()
    try:
        target.mkdir(mode=0o700, parents=True)
        dump(target / "database.dump")
        count = save_blobs(environment.folder() / "blobs" / "sha256", target)
    except FileExistsError:
        return refused(f"{target} is there already")
    except (CannotStart, OSError) as error:
        return refused(str(error))
    save_keys(target)
    print(f"{target}: database.dump, {count} files listed in blobs.sha256, keys")
    return 0


def refused(why: str) -> int:
    print(f"No backup was made: {why}.", file=sys.stderr)
    return 1


def dump(file: Path) -> None:
    """One snapshot, compressed, for pg_restore. Also of a server of one's own."""
    run = (environment.folder() / "run").resolve()
    url = os.environ.get("DATABASE_URL") or postgres.address(run)
    command = [pg_dump(), "--format=custom", "--no-owner", f"--file={file}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"the database cannot be read ({done.stderr.strip()})")


def pg_dump() -> str:
    """The wheel's, which is as new as our server, or else the machine's."""
    try:
        return str(postgres.wheel() / "bin" / "pg_dump")
    except CannotStart:
        found = shutil.which("pg_dump")
    if found is None:
        raise CannotStart("there is no pg_dump here (Debian: apt-get install postgresql-client)")
    return found


def save_blobs(source: Path, target: Path) -> int:
    """Every blob, by a second name where the disk is the same; and their list,
    in the form that `sha256sum --check` reads. Returns their number."""
    count = 0
    with (target / "blobs.sha256").open("w") as listing:
        for blob in blobs(source):
            saved = target / "blobs" / "sha256" / blob.relative_to(source)
            saved.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(blob, saved)
            listing.write(f"{blob.name}  {saved.relative_to(target)}\n")
            count += 1
    return count


def blobs(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path


def link_or_copy(file: Path, saved: Path) -> None:
    try:
        saved.hardlink_to(file)
    except OSError:  # another disk, or one without second names
        shutil.copyfile(file, saved)


def save_keys(target: Path) -> None:
    """Without them the sources' tokens in the dump can never be read again."""
    source = environment.folder() / "keys"
    if source.is_dir():
        shutil.copytree(source, target / "keys")
