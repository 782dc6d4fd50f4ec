"""COPY and one statement: pages of rows in, unchanged rows untouched.

Rows are dictionaries by column name ("run_id", not "run"). Text is cleaned on
the way (no NUL, no surrogate halves), so no input can stop a page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

from sources.connectors.base import Gap
from sources.store.cleaning import clean, packed_json

type Row = dict[str, Any]
type Turn = Callable[[Any], Any]


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


def _as_text(value: Any) -> Any:
    return None if value is None else packed_json(value).decode()


def _as_clean(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _as_clean_list(value: Any) -> Any:
    return None if value is None else [_as_clean(inner) for inner in value]


def _as_written() -> Turn:
    """Keys and times as text. Rows of one parent follow each other with the same
    one, which is written once: half of what COPY cost was writing them anew."""
    last: Any = None
    text: str | None = None

    def written(value: Any) -> str | None:
        nonlocal last, text
        if value is not last:
            last, text = value, None if value is None else str(value)
        return text

    return written


def _turns(model: type[models.Model], columns: Sequence[str]) -> list[tuple[int, Turn]]:
    """How values go into COPY, by the place of their column; without those that
    go as they are."""
    kinds = {field.column: field for field in model._meta.concrete_fields}
    found = ((at, _turn(kinds[column])) for at, column in enumerate(columns))
    return [(at, turn) for at, turn in found if turn]


def _turn(column: "models.Field[Any, Any]") -> Turn | None:
    kind = column.target_field if isinstance(column, models.ForeignKey) else column
    if isinstance(kind, models.JSONField):
        return _as_text
    if isinstance(kind, ArrayField):
        return _as_clean_list
    if isinstance(kind, (models.TextField, models.CharField)):
        return _as_clean
    return _as_written() if isinstance(kind, (models.UUIDField, models.DateTimeField)) else None


def _copy(table: sql.Composable, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
        with cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def _values(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]
) -> Iterable[list[Any]]:
    turns = _turns(model, columns)
    for row in rows:
        values = [row[column] for column in columns]
        for at, turn in turns:
            values[at] = turn(values[at])
        yield values


def append(model: type[models.Model], rows: Sequence[Row]) -> int:
    """Rows that are known to be new, straight into the table. All rows must
    have the same columns."""
    if not rows:
        return 0
    columns = list(rows[0])
    _copy(sql.Identifier(model._meta.db_table), columns, _values(model, columns, rows))
    return len(rows)


def upsert(
    model: type[models.Model], rows: Sequence[Row], *, on: Sequence[str], compare: Sequence[str]
) -> Stored:
    """Insert rows; update those whose `compare` columns differ; leave the rest.

    All rows must have the same columns. Of rows with the same `on` values the
    last one counts.
    """
    if not rows:
        return Stored()
    identity = itemgetter(*on)
    single = list({identity(row): row for row in rows}.values())
    columns = list(single[0])
    stage = sql.Identifier(f"stage_{model._meta.db_table}")
    _open_stage(stage, model, columns)
    _copy(stage, columns, _values(model, columns, single))
    inserted, updated = _merge(stage, model, columns, on, compare)
    return Stored(inserted, updated, len(single) - inserted - updated)


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
