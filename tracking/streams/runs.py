"""Runs, their tags' mentions, single numbers, columns and search documents."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter

from sources import documents
from sources.among import among
from sources.connectors.base import RunRecord
from sources.models import Source
from sources.store import Fresh, Row, Stored, append, clean, mirror, replace
from tracking.models import Column, Mention, Metric, Run, TrackerProject
from tracking.streams import archives, removals
from tracking.streams.made import LONGEST_TAG, Made, made_of, raw_of, ready
from tracking.streams.naming import is_too_long, owner_id

__all__ = [
    "LONGEST_TAG",
    "projects_of",
    "raw_of",
    "ready",
    "store",
    "store_columns",
    "store_projects",
]


def store(source: Source, records: Sequence[RunRecord]) -> Stored:
    if not records:
        return Stored()
    stored = store_projects(source, projects_of(records))
    newest = archives.newest(source, records)
    by_name = {owner_id(one.project, one.run): made_of(one) for one in newest.kept}
    projects = {project: source.key("project", project) for project in projects_of(records)}

    def row(made: Made) -> Row:
        told = {"project_id": projects[made.record.project], **made.row}
        name = owner_id(made.record.project, made.record.run)
        if also := newest.also_in.get(source.key("run", name)):
            told["provenance"] = made.described["provenance"] | {"also_in": also}
        return told

    hidden = removals.hidden_among([source.key("run", name) for name in by_name])
    body, squeezed = attrgetter("body"), attrgetter("squeezed")
    made = by_name.items()
    kept = mirror(source, Run, "run", made, row, json_of=body, squeezed_of=squeezed)
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


def _store_children(source: Source, fresh: Sequence[Fresh[Made]]) -> None:
    if not fresh:
        return
    _store_mentions(source, fresh)
    _store_numbers(source, fresh)
    names = set[str]().union(*(one.raw.described["parameters"] for one in fresh))
    store_columns(source, "parameter", names)
    _store_documents(source, fresh)


def _store_mentions(source: Source, fresh: Sequence[Fresh[Made]]) -> None:
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
        for kind, value, place in one.raw.named
    ]
    replace(Mention, "run_id", [one.key for one in fresh], rows)


def _store_numbers(source: Source, fresh: Sequence[Fresh[Made]]) -> None:
    """What is a series as well stays one: its points would be lost behind a single number."""
    held = Metric.objects.filter(among("run", [one.key for one in fresh]))
    held.filter(points=0).delete()
    taken = set(held.values_list("run_id", "name"))
    rows: list[Row] = [
        {
            "source_id": source.pk,
            "run_id": one.key,
            "name": name,
            "last": value,
            "min": None if value != value else value,
            "max": None if value != value else value,
            "points": 0,
        }
        for one in fresh
        for name, value in one.raw.numbers.items()
        if not taken or (one.key, name) not in taken
    ]
    # In the order of three of its indexes: a quarter less of Postgres' work.
    append(Metric, sorted(rows, key=itemgetter("name", "last")))
    store_columns(source, "metric", set[str]().union(*(one.raw.numbers for one in fresh)))


def store_columns(source: Source, kind: str, names: set[str]) -> None:
    """Remember names for the column chooser. Names are few; most pages add none."""
    names = {clean(name) for name in names if not is_too_long(name)}
    held = Column.objects.filter(source=source, kind=kind, name__in=names)
    new = names - set(held.values_list("name", flat=True))
    Column.objects.bulk_create(
        [Column(source=source, kind=kind, name=name) for name in sorted(new)],
        ignore_conflicts=True,
    )


def _store_documents(source: Source, fresh: Sequence[Fresh[Made]]) -> None:
    """Search finds no run that lies in the trash, as no list shows it."""
    found = [one for one in fresh if not one.row["trashed"]]
    new = all(one.new for one in found)
    documents.write(source, [_document(one) for one in found], new=new)
    documents.forget([one.key for one in fresh if one.row["trashed"]])


def _document(one: Fresh[Made]) -> documents.Found:
    row = one.row
    return documents.Found(
        key=one.key,
        kind="run",
        name=row["handle"],
        title=row["name"] or row["handle"],
        body=one.raw.words,
        url=f"/runs/{one.key}/",
        at=row["started_at"] or row["modified_at"] or documents.UNDATED,
        whole=True,
    )
