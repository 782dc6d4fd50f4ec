"""The data folder: who may use it, who uses it, which PostgreSQL made it."""

import os
import stat

from portal.checkup import Findings, good, note, wrong
from portal.embedded import CannotStart, folders, lock, postgres
from portal.environment import folder, secret
from portal.keys import KEYRING, NAMES, is_key


def rights() -> Findings:
    place = folder()
    if not place.exists():
        yield note(f"The data folder {place} does not exist yet; the first start makes it.")
        return
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(f"This user may not write to {place} (it is of user {place.stat().st_uid}).")
        return
    if place.stat().st_mode & (stat.S_IRWXO & ~stat.S_IXOTH):
        yield wrong(f"Others may read {place}: run `chmod go-rw {place}`.")
        return
    yield good(f"The data folder is {place}")


def owner() -> Findings:
    """One folder is one user's: Postgres refuses another's cluster."""
    cluster = (folder() / "postgres").resolve() / "cluster"
    if os.environ.get("DATABASE_URL") or not cluster.exists():
        return
    try:
        user = folders.postgres_user()
    except CannotStart as error:
        yield wrong(str(error))
        return
    expected = user.pw_uid if user else os.geteuid()
    found = cluster.stat().st_uid
    if found != expected:
        yield wrong(
            f"The database in {cluster} belongs to user {found}, but PostgreSQL would run as user "
            f"{expected}: start Labledger as whoever started it first, or change the owner."
        )


def cluster_version() -> Findings:
    cluster = (folder() / "postgres").resolve() / "cluster"
    if os.environ.get("DATABASE_URL") or not cluster.exists():
        return
    try:
        postgres.check_version(cluster)
    except CannotStart as error:
        yield wrong(str(error))
    else:
        yield good(f"The database was made by PostgreSQL {postgres.version().split('.')[0]}")


def running() -> Findings:
    if not (folder() / "lock").exists():
        return
    pid = lock.holder(folder())
    if pid is not None:
        yield good(f"Labledger runs here as process {pid}")
    elif left := postgres.postmaster((folder() / "postgres").resolve() / "cluster"):
        yield note(f"A PostgreSQL (process {left}) was left running; the next start ends it.")
    else:
        yield note("Labledger does not run on this folder now.")


def secrets() -> Findings:
    """Both secrets, from the environment or closed files."""
    for name in NAMES:
        file = folder() / "keys" / name
        if not secret(name.upper()):
            yield note(f"There is no {name.upper()} yet; the first start makes one.")
        elif file.is_file() and file.stat().st_mode & 0o077:
            yield wrong(f"Others may read {file}: run `chmod 600 {file}`, and make a new key.")
        elif name == KEYRING and (broken := no_keys(secret(name.upper()))):
            yield wrong(f"Key {broken[0]} of {name.upper()} is no key: make one, `labledger key`.")
        else:
            yield good(f"{name.upper()} is set")


def no_keys(keyring: str) -> list[int]:
    """The places, from 1 on, of what encrypts nothing."""
    return [place for place, key in enumerate(keyring.split(), 1) if not is_key(key)]
