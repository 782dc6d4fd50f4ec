"""Runs, their tags' mentions, single numbers, columns and search documents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any
from uuid import UUID

from sources import documents
from sources.connectors.base import RunRecord
from sources.models import Source
from sources.store import (
    Fresh,
    Row,
    Stored,
    append,
    clean,
    mirror,
    packed_json,
    replace,
    wire_json,
)
from tracking.mentions import mentions
from tracking.models import Column, Mention, Metric, Run, TrackerProject
from tracking.streams import archives, mapping, removals
from tracking.streams.naming import is_too_long, owner_id

LONGEST_TAG = 500  # of a value in an index
NAMES_IN_WHOLE = 50  # parameters of a run that was set by hand
NO_WORDS = frozenset({bool, int, float, NoneType})
PAIR = attrgetter("type", "value")


def store(source: Source, records: Sequence[RunRecord]) -> Stored:
    if not records:
        return Stored()
    stored = store_projects(source, projects_of(records))
    newest = archives.newest(source, records)
    by_name = {owner_id(one.project, one.run): one for one in newest.kept}
    projects = {project: source.key("project", project) for project in projects_of(records)}

    def row(record: RunRecord) -> Row:
        made = mapping.run_from(record)
        if also := newest.also_in.get(source.key("run", owner_id(record.project, record.run))):
            made["provenance"]["also_in"] = also
        return {"project_id": projects[record.project], **made}

    hidden = removals.hidden_among([source.key("run", name) for name in by_name])
    kept = mirror(source, Run, "run", by_name.items(), row, json_of=_raw_json)
    _store_children(source, kept.fresh)
    if hidden:
        removals.show_again(source, hidden)
    return stored + kept.stored + Stored(unchanged=newest.older)


def projects_of(records: Iterable[RunRecord]) -> dict[str, str]:
    return {one.project: one.project_name or one.project for one in records}


def store_projects(source: Source, names: Mapping[str, str]) -> Stored:
    """What each tracker project is called, by its tracker's own name or id of it."""
    kept = mirror(
        source,
        TrackerProject,
        "project",
        ((project, {"name": names[project]}) for project in sorted(names)),
        lambda raw: {"name": raw["name"]},
        payload=False,
    )
    return kept.stored


def raw_of(record: RunRecord) -> dict[str, Any]:
    """What a digest is taken of, and what the payload keeps."""
    return {
        "project": record.project,
        "run": record.run,
        "attributes": dict(
            zip(record.attributes, map(PAIR, record.attributes.values()), strict=True)
        ),
        "gaps": [[gap.what, gap.why] for gap in record.gaps],
        "provenance": record.provenance,
        "trashed": record.trashed,
    }


def _raw_json(record: RunRecord) -> bytes:
    """The same bytes in a fifth of the time, but for the rare run with a NaN or
    an empty value: there the two must stay apart."""
    raw = raw_of(record)
    body = wire_json(raw)
    return packed_json(raw) if b"null" in body else body


def _store_children(source: Source, fresh: Sequence[Fresh[RunRecord]]) -> None:
    if not fresh:
        return
    _store_mentions(source, fresh)
    _store_numbers(source, [(one.key, one.raw) for one in fresh])
    store_columns(source, "parameter", set().union(*(one.row["parameters"] for one in fresh)))
    _store_documents(source, fresh)


def _store_mentions(source: Source, fresh: Sequence[Fresh[RunRecord]]) -> None:
    rows = [
        {
            "source_id": source.pk,
            "run_id": one.key,
            "kind": kind,
            "value": value,
            "place": place,
            "started_at": one.row["started_at"],
        }
        for one in fresh
        for kind, value, place in _named(one.row)
    ]
    replace(Mention, "run_id", [one.key for one in fresh], rows)


def _named(row: Row) -> list[tuple[str, str, str]]:
    """(kind, value, place) of all that a run's words name, its plain tags too."""
    words = mentions(tags=row["tags"], name=row["name"], description=row["description"])
    tags = {clean(tag)[:LONGEST_TAG] for tag in row["tags"]}
    return [
        *((one.kind, one.value, one.place) for one in words),
        *(("tag", t, "tag") for t in tags),
    ]


def _store_numbers(source: Source, records: Sequence[tuple[UUID, RunRecord]]) -> None:
    rows: list[Row] = [
        {
            "source_id": source.pk,
            "run_id": key,
            "name": clean(name),
            "last": value,
            "min": None if value != value else value,
            "max": None if value != value else value,
            "points": 0,
        }
        for key, record in records
        for name, value in mapping.numbers(record)
        if not is_too_long(name)
    ]
    held = Metric.objects.filter(run__in=[key for key, _ in records])
    held.filter(points=0).delete()
    # What is a series as well stays one: its points would be lost behind a single number.
    taken = set(held.values_list("run_id", "name"))
    single = {(row["run_id"], row["name"]): row for row in rows}
    append(Metric, [row for name, row in single.items() if name not in taken])
    store_columns(source, "metric", {row["name"] for row in rows})


def store_columns(source: Source, kind: str, names: set[str]) -> None:
    """Remember names for the column chooser. Names are few; most pages add none."""
    names = {clean(name) for name in names if not is_too_long(name)}
    held = Column.objects.filter(source=source, kind=kind, name__in=names)
    new = names - set(held.values_list("name", flat=True))
    Column.objects.bulk_create(
        [Column(source=source, kind=kind, name=name) for name in sorted(new)],
        ignore_conflicts=True,
    )


def _store_documents(source: Source, fresh: Sequence[Fresh[RunRecord]]) -> None:
    """Search finds no run that lies in the trash, as no list shows it."""
    documents.write(source, [_document(one) for one in fresh if not one.row["trashed"]])
    documents.forget([one.key for one in fresh if one.row["trashed"]])


def _document(one: Fresh[RunRecord]) -> documents.Found:
    row = one.row
    return documents.Found(
        key=one.key,
        kind="run",
        name=row["handle"],
        title=row["name"] or row["handle"],
        body=" ".join([row["description"], *row["tags"], row["owner"], *_settings(row)]),
        url=f"/runs/{one.key}/",
        at=row["started_at"] or row["modified_at"] or documents.UNDATED,
    )


def _settings(row: Row) -> Iterator[str]:
    """What search knows of the parameters: their names and what is text of their
    values, each once. Of a whole configuration the words of the names only: every
    run has the same ones, and two hundred paths cost more than the run itself."""
    told = row["parameters"]
    yield from told if len(told) <= NAMES_IN_WHOLE else _words_within(tuple(told))
    texts = [value for value in told.values() if value.__class__ not in NO_WORDS]
    yield from dict.fromkeys(map(str, texts))


@lru_cache(100)
def _words_within(names: tuple[str, ...]) -> tuple[str, ...]:
    """Remembered: an experiment's runs have the same names in the same order."""
    return tuple(dict.fromkeys(word for name in names for word in documents.parts(name)))
