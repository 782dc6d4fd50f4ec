"""The database as the migrations left it, and all of its rows in files.

Django empties every table after a test that committed and then sends
`post_migrate`, a quarter of a second a test. Here only what has rows is emptied,
and only what the migrations filled is compared with what they put there.
"""

from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

# Triggers rest while rows are put back as they were: a sealed row among them.
REST = "SET LOCAL session_replication_role = replica"
TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY tablename
"""
COLUMNS = """
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
# What each `nextval` must pass: never back, for words of other tests may live in a cache.
ONWARDS = """
    SELECT string_agg(format(
        'SELECT setval(%1$L, greatest(max(%2$I), pg_sequence_last_value(%1$L))) FROM %3$s',
        counter, attname, attrelid::regclass
    ), ' UNION ALL ')
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    CROSS JOIN LATERAL pg_get_serial_sequence(attrelid::regclass::text, attname) AS counter
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
        AND NOT attisdropped AND counter IS NOT NULL
"""
# A small table is emptied in less time than Postgres needs to make a new file.
KEEP = f"""
CREATE SCHEMA pristine;
CREATE FUNCTION pristine.again() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    full_ boolean;
BEGIN
    FOR name IN {TABLES} LOOP
        CONTINUE WHEN to_regclass(format('pristine.%I', name)) IS NOT NULL;
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO full_;
        CONTINUE WHEN NOT full_;
        IF pg_table_size(format('public.%I', name)::regclass) > 1000000 THEN
            EXECUTE format('TRUNCATE public.%I CASCADE', name);
        ELSE
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' LOOP
        EXECUTE format('SELECT EXISTS ((TABLE public.%1$I EXCEPT TABLE pristine.%1$I)
            UNION ALL (TABLE pristine.%1$I EXCEPT TABLE public.%1$I))', name) INTO full_;
        CONTINUE WHEN NOT full_;
        EXECUTE format('DELETE FROM public.%I', name);
        EXECUTE format('INSERT INTO public.%1$I TABLE pristine.%1$I', name);
    END LOOP;
END $$;
"""


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def keep() -> None:
    """Once a database, right after its migrations."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP)
        for name in tables():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}")')
            if cursor.fetchone() == (True,):
                cursor.execute(f'CREATE TABLE pristine."{name}" AS TABLE public."{name}"')


def again() -> None:
    """Every table as `keep` found it. Sequences go on."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REST)
        cursor.execute("SELECT pristine.again()")


def after_a_test(_: TransactionTestCase) -> None:
    again()


TransactionTestCase._fixture_teardown = after_a_test  # type: ignore[attr-defined]


# ── rows that cost seconds to make, kept for the whole run ───────────────────


def dump(folder: Path) -> None:
    """Every row, a file a table."""
    with connection.cursor() as cursor:
        for name in tables():
            with cursor.copy(copying(name, "TO STDOUT")) as rows:
                (folder / name).write_bytes(b"".join(rows))


def load(folder: Path) -> None:
    """Exactly the rows of `dump`, of a database with the same migrations; what is
    stored after them gets ids of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REST)
        for name in tables():
            cursor.execute(f'DELETE FROM "{name}"')
            with cursor.copy(copying(name, "FROM STDIN")) as rows:
                rows.write((folder / name).read_bytes())
        cursor.execute(ONWARDS)
        (onwards,) = cursor.fetchone()
        cursor.execute(onwards)
        cursor.execute("SET LOCAL session_replication_role = origin")


def copying(name: str, way: str) -> Any:
    """Without generated columns, which Postgres writes itself."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [name])
        (columns,) = cursor.fetchone()
    return f'COPY "{name}" ({columns}) {way} (FORMAT binary)'
