"""Whether the database and the static files still fit this code.

Asking Django takes two seconds and it mostly says yes; comparing marks takes
some hundredths. A mark names all that the answer depends on, so a doubt is a
no, and a no only costs the asking.
"""

import hashlib
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import psycopg

from portal.environment import ROOT

FLOORS = ("portal", "handoff", "sprints", "tracking", "sources")


def mark_of(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def database_mark(url: str) -> str:
    """What was applied there, and every migration that lies here."""
    return mark_of([*applied(url), *listed(migrations()), *installed()])


def static_mark(collected: Path) -> str:
    """The tree's static files, and whether they were collected at all."""
    there = str((collected / "staticfiles.json").is_file())
    return mark_of([there, *listed((ROOT / "static").rglob("*")), *installed()])


def migrations() -> Iterable[Path]:
    for floor in FLOORS:
        yield from (ROOT / floor).rglob("migrations/*.py")


def listed(files: Iterable[Path]) -> list[str]:
    """Names, sizes and times: a changed file is seen without reading it."""
    seen = ((file, file.stat()) for file in sorted(files) if file.is_file())
    return [f"{file.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}" for file, stat in seen]


def installed() -> list[str]:
    """Each installed package and its version: some bring migrations and files."""
    return sorted(found.name for found in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def applied(url: str) -> list[str]:
    with psycopg.connect(url, connect_timeout=5) as line:
        if line.execute("select to_regclass('django_migrations')").fetchone() == (None,):
            return []
        rows = line.execute("select app || '.' || name from django_migrations order by 1")
        return [str(row[0]) for row in rows]
