"""The database and the queue: do they answer, are they ours, are they current."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from portal import environment
from portal.checkup import Findings, good, note, wrong
from portal.embedded import postgres, valkey

OLDEST_POSTGRES = 18  # the store asks a statement for the `old` row it replaced
EXAMPLES = {"DATABASE_URL": "postgresql://user@host/name", "REDIS_URL": "redis://host:6379/0"}
SKEW = 5  # seconds between two clocks, beyond which leases and schedules lie


type Ask = Callable[[str], object]


def run_folder() -> Path:
    return (environment.folder() / "run").resolve()


def database() -> Findings:
    url = os.environ.get("DATABASE_URL")
    try:
        with psycopg.connect(url or postgres.address(run_folder()), connect_timeout=5) as line:
            yield from describe(line)
    except psycopg.Error as error:
        if url:
            yield wrong(refusal("DATABASE_URL", url, error))
        else:
            yield note("The embedded PostgreSQL does not run; `make run` starts it.")


def describe(line: psycopg.Connection) -> Findings:
    major = line.info.server_version // 10_000
    if major < OLDEST_POSTGRES:
        yield wrong(f"PostgreSQL {major} is too old: Labledger needs {OLDEST_POSTGRES} or newer.")
    else:
        yield good(f"PostgreSQL {major} answers")
    asked = line.execute("select abs(extract(epoch from clock_timestamp()) - %s)", [time.time()])
    skew = float((asked.fetchone() or [0])[0])
    if skew > SKEW:
        yield wrong(f"The database's clock and ours differ by {skew:.0f} s: let both keep time.")
    yield from damaged_files(line)


def damaged_files(line: psycopg.Connection) -> Findings:
    """Found when they were read again by night. None where no table is yet."""
    if line.execute("select to_regclass('tracking_blob')").fetchone() == (None,):
        return
    found = line.execute("select count(*) from tracking_blob where corrupt").fetchone()
    if found and found[0]:
        files = "1 stored file is" if found[0] == 1 else f"{found[0]:,} stored files are"
        yield wrong(
            f"{files} lost or not what came in, and handed out no more: restore the blobs from a"
            " backup, or read their sources again. The admin lists them (Blobs)."
        )


def queue() -> Findings:
    """Celery's broker and the cache. A broker that evicts loses tasks silently."""
    url = os.environ.get("REDIS_URL")
    try:
        policy = eviction(url or f"unix://{run_folder() / valkey.SOCKET}")
    except (redis.RedisError, ValueError) as error:
        if url:
            yield wrong(refusal("REDIS_URL", url, error))
        else:
            yield note("The embedded Valkey does not run; `make run` starts it.")
        return
    if policy == "noeviction":
        yield good("Valkey answers")
    else:
        yield wrong(f"Valkey's maxmemory-policy is {policy}: set noeviction, it holds the queue.")


def eviction(url: str) -> str:
    """Its policy when memory is full. Raises ValueError for what is no address."""
    with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as line:
        line.ping()
        return str(dict(line.config_get("maxmemory-policy")).get("maxmemory-policy", "noeviction"))


def migrations() -> Findings:
    """Asks Django, which also finds broken settings; some two seconds."""
    words = ["migrate", "--check", "--verbosity", "0", "--settings", "portal.settings"]
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "django", *words],
        capture_output=True,
        text=True,
        cwd=environment.ROOT,
        check=False,
    )
    if asked.returncode == 0:
        yield good("The database is up to date")
    elif "OperationalError" in asked.stderr:
        yield note("Whether migrations wait cannot be told: no database.")
    elif asked.stderr.strip():
        yield wrong(f"Django does not start: {asked.stderr.strip().splitlines()[-1]}")
    else:
        yield wrong("Migrations wait: restart Labledger, or run `manage.py prepare`.")


def unserved() -> list[str]:
    """What the environment names and does not answer, in the words of a refusal."""
    asked: list[tuple[str, Ask]] = [("DATABASE_URL", greet), ("REDIS_URL", eviction)]
    named = [(name, url, ask) for name, ask in asked if (url := os.environ.get(name))]
    return [told for name, url, ask in named if (told := unheard(name, url, ask))]


def unheard(name: str, url: str, ask: Ask) -> str:
    try:
        ask(url)
    except (psycopg.Error, redis.RedisError, ValueError) as error:
        return refusal(name, url, error)
    return ""


def greet(url: str) -> None:
    psycopg.connect(url, connect_timeout=5).close()


def refusal(name: str, url: str, error: Exception) -> str:
    """What is no address is not shown: its password may stand anywhere in it, and
    in the words of who read it."""
    if "://" not in url:
        return f"{name} does not serve us: it is no address, as {EXAMPLES[name]} would be."
    return f"{name} ({bare(url)}) does not serve us: {first_line(error)}"


def bare(url: str) -> str:
    """An address to show: no user, no password, no options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
