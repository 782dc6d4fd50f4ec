"""The database and the queue: do they answer, are they ours, are they current."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from portal import environment
from portal.checkup import Findings, good, note, wrong
from portal.embedded import postgres, valkey

OLDEST_POSTGRES = 18  # the store asks a statement for the `old` row it replaced
SKEW = 5  # seconds between two clocks, beyond which leases and schedules lie


def run_folder() -> Path:
    return (environment.folder() / "run").resolve()


def database() -> Findings:
    url = os.environ.get("DATABASE_URL")
    try:
        with psycopg.connect(url or postgres.address(run_folder()), connect_timeout=5) as line:
            yield from describe(line)
    except psycopg.Error as error:
        if url:
            yield wrong(f"DATABASE_URL ({bare(url)}) does not serve us: {first_line(error)}")
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
        yield wrong(
            f"{found[0]} stored files are lost or not what came in, and handed out no more: restore"
            " the blobs from a backup, or read their sources again. The admin lists them (Blobs)."
        )


def queue() -> Findings:
    """Celery's broker and the cache. A broker that evicts loses tasks silently."""
    url = os.environ.get("REDIS_URL")
    line = redis.Redis.from_url(
        url or f"unix://{run_folder() / valkey.SOCKET}", socket_timeout=5, socket_connect_timeout=5
    )
    try:
        line.ping()
        policy = dict(line.config_get("maxmemory-policy")).get("maxmemory-policy", "noeviction")
    except redis.RedisError as error:
        if url:
            yield wrong(f"REDIS_URL ({bare(url)}) does not serve us: {first_line(error)}")
        else:
            yield note("The embedded Valkey does not run; `make run` starts it.")
        return
    finally:
        line.close()
    if policy == "noeviction":
        yield good("Valkey answers")
    else:
        yield wrong(f"Valkey's maxmemory-policy is {policy}: set noeviction, it holds the queue.")


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


def bare(url: str) -> str:
    """An address to show: no user, no password, no options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
