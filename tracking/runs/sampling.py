"""How common a parameter's value is, from a few pages of the table.

Postgres has no statistics of the keys within a JSONB: it takes every value for
one run in a thousand. So it walks time for a rare value (1.7 s at 100,000 runs
with 200 parameters) and reads the index for a common one (0.4 s). What is
measured here decides which of the two it is told to do.
"""

import math
import time
from dataclasses import dataclass

import orjson
from django.db import connection

PAGES = 24  # of 8 kB, about 16 runs each
WANTED = 101  # rows of a page, and one to see whether there are more
KEPT = 60.0  # seconds that the table's size is believed


@dataclass(slots=True)
class Size:
    pages: int = 1
    rows: float = 0
    read_at: float = -math.inf


SIZE = Size()


def is_common(name: str, values: list[object]) -> bool:
    """Whether walking the newest runs finds a page of them sooner than the index
    would: one short query, some milliseconds."""
    size = _size()
    share = 100.0 if size.pages <= PAGES else 100.0 * PAGES / size.pages
    tests = " OR ".join(["parameters @> %s::jsonb"] * len(values))
    contained = [orjson.dumps({name: value}).decode() for value in values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE {tests}), count(*)"  # noqa: S608 -- only %s varies
            f" FROM tracking_run TABLESAMPLE SYSTEM ({share})",
            contained,
        )
        hits, seen = cursor.fetchone()
    # Walking reads WANTED / share rows, the index share * rows: they meet here.
    return bool(seen) and hits / seen > math.sqrt(WANTED / max(size.rows, seen, WANTED))


def _size() -> Size:
    """The table's size as the last ANALYZE saw it."""
    if time.monotonic() - SIZE.read_at > KEPT:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relpages, reltuples FROM pg_class WHERE oid = 'tracking_run'::regclass"
            )
            pages, rows = cursor.fetchone()
        SIZE.pages, SIZE.rows, SIZE.read_at = max(1, pages), max(0.0, rows), time.monotonic()
    return SIZE
