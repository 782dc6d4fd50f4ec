"""The sources and the workers: what cannot be read, since when, and what to do."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from portal.checkup import Finding, Findings, good, note, wrong
from portal.checkup.stores import run_folder
from portal.embedded import postgres
from sources.advice import advice

SILENT = timedelta(minutes=4)  # a minute more than a claim lasts

# The newest sync of the whole source; those that only follow webhooks tell little.
NEWEST = """
SELECT source.name, source.paused, last.outcome, last.error, last.trouble,
       last.started_at, last.begun_at, last.heard_at, last.finished_at
  FROM sources_source AS source
  LEFT JOIN LATERAL (
       SELECT * FROM sources_sync AS sync
        WHERE sync.source_id = source.id AND sync.due_after IS NULL
        ORDER BY sync.started_at DESC LIMIT 1) AS last ON true
 ORDER BY source.name
"""


def sources() -> Findings:
    """Nothing where there is no database, or not yet its tables: others tell that."""
    url = os.environ.get("DATABASE_URL")
    try:
        with psycopg.connect(
            url or postgres.address(run_folder()),
            connect_timeout=5,
            row_factory=dict_row,
        ) as line:
            rows = line.execute(NEWEST).fetchall()
    except psycopg.Error:
        return
    for row in rows:
        yield told(row, datetime.now(UTC))


def told(row: dict[str, Any], now: datetime) -> Finding:
    """About one source, by its newest sync."""
    name, outcome = row["name"], row["outcome"]
    if row["paused"]:
        return note(f"{name} is paused: nothing is read until someone lets it go on.")
    if outcome is None:
        return note(f"{name} was never read.")
    if not outcome:
        return moving(row, now)
    if outcome in ("done", "partial"):
        return good(f"{name} was read {since(row['finished_at'], now)}")
    words = f"{name}: {outcome} {since(row['finished_at'], now)}. {row['error']}"
    todo = f" What to do: {advice(outcome=outcome, trouble=row['trouble'])}"
    return wrong(words + todo) if outcome in ("refused", "failed") else note(words + todo)


def moving(row: dict[str, Any], now: datetime) -> Finding:
    """A sync under way: it reads, it waits for a worker, or nobody hears of it."""
    name = row["name"]
    if row["begun_at"] is None:
        if now - row["started_at"] > SILENT:
            return wrong(
                f"{name} has waited for a worker since {since(row['started_at'], now)}: none is "
                "free, or none runs. Look at the worker's log."
            )
        return good(f"{name} is about to be read")
    if now - row["heard_at"] > SILENT:
        return wrong(
            f"{name} is being read, and was last heard of {since(row['heard_at'], now)}: its "
            "worker has died, and no other has taken it up. Look at the worker's log."
        )
    return good(f"{name} is being read")


def since(at: datetime, now: datetime) -> str:
    """ "12 minutes ago", in the largest unit that fits."""
    seconds = max(0.0, (now - at).total_seconds())
    units = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))
    size, unit = next((one for one in units if seconds >= 2 * one[0]), units[-1])
    return f"{int(seconds // size)} {unit} ago"
