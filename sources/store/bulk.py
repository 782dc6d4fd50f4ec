"""COPY and one statement: pages of rows in, unchanged rows untouched.

Rows are dictionaries by column name ("run_id", not "run"). Text is cleaned on
the way (no NUL, no surrogate halves), so no input can stop a page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from psycopg import sql
from psycopg.errors import UniqueViolation

from sources.connectors.base import Gap
from sources.store.binary import copied

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a page's rows."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    gaps: tuple[Gap, ...] = ()

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
            self.gaps + other.gaps,
        )


def _copy(
    table: sql.Composable, model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]
) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)").format(table, names)
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for some in copied(model, columns, rows):
            copy.write(some)


def append(model: type[models.Model], rows: Sequence[Row]) -> int:
    """Rows that are known to be new, straight into the table. All rows must
    have the same columns."""
    if not rows:
        return 0
    columns = list(rows[0])
    _copy(sql.Identifier(model._meta.db_table), model, columns, rows)
    return len(rows)


def upsert(
    model: type[models.Model],
    rows: Sequence[Row],
    *,
    on: Sequence[str],
    compare: Sequence[str],
    new: bool = False,
) -> Stored:
    """Insert rows; update those whose `compare` columns differ; leave the rest.

    All rows must have the same columns. Of rows with the same `on` values the
    last one counts. `new` says that none of them was there a moment ago: they go
    straight into the table, and only if somebody was quicker the long way.
    """
    if not rows:
        return Stored()
    identity = itemgetter(*on)
    single = list({identity(row): row for row in rows}.values())
    if new and _are_new(model, single):
        return Stored(inserted=len(single))
    columns = list(single[0])
    stage = sql.Identifier(f"stage_{model._meta.db_table}")
    _open_stage(stage, model, columns)
    _copy(stage, model, columns, single)
    inserted, updated = _merge(stage, model, columns, on, compare)
    return Stored(inserted, updated, len(single) - inserted - updated)


def _are_new(model: type[models.Model], rows: Sequence[Row]) -> bool:
    """Whether they are stored now."""
    try:
        with transaction.atomic():
            append(model, rows)
    except UniqueViolation:
        return False
    return True


def _open_stage(stage: sql.Identifier, model: type[models.Model], columns: Sequence[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    table = sql.Identifier(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(stage))
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                stage, names, table
            )
        )


def _merge(
    stage: sql.Identifier,
    model: type[models.Model],
    columns: Sequence[str],
    on: Sequence[str],
    compare: Sequence[str],
) -> tuple[int, int]:
    def listed(names: Iterable[str], form: str = "{}") -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL(form).format(*[sql.Identifier(name)] * form.count("{}")) for name in names
        )

    statement = sql.SQL(
        "WITH merged AS (INSERT INTO {table} AS stored ({columns}) SELECT {columns} FROM {stage}"
        " ON CONFLICT ({on}) DO UPDATE SET {updates}"
        " WHERE ({ours}) IS DISTINCT FROM ({theirs}) RETURNING old.{first} IS NULL AS was_new)"
        " SELECT count(*) FILTER (WHERE was_new), count(*) FILTER (WHERE NOT was_new) FROM merged"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        stage=stage,
        columns=listed(columns),
        on=listed(on),
        updates=listed([name for name in columns if name not in on], "{} = EXCLUDED.{}"),
        ours=listed(compare, "stored.{}"),
        theirs=listed(compare, "EXCLUDED.{}"),
        first=sql.Identifier(on[0]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        inserted, updated = cursor.fetchone()
    return inserted, updated


def replace(
    model: type[models.Model], parent: str, parents: Iterable[UUID], rows: Sequence[Row]
) -> None:
    """The rows of these parents are exactly `rows`, afterwards."""
    table, column = sql.Identifier(model._meta.db_table), sql.Identifier(parent)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(table, column), [list(parents)]
        )
    append(model, rows)
