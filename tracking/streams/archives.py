"""One run in several archives of a source: the one that was changed last counts.

What only an older archive has (an export that was cut short lacks files, or the
end of a series) is kept beside it. So the tables hold the same whichever archive
is read first, and reading them again in any order changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sources.connectors.base import FileRecord, Kind, RunRecord, SeriesRecord
from sources.models import Payload, Source
from sources.store import raw_of
from tracking.models import Run
from tracking.streams.naming import owner_key

type Provenance = Mapping[str, Any]

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Newest:
    """`kept` are the records to store, `older` counts those of which a newer
    copy is stored, `also_in` names the other archives of each run that is kept."""

    kept: list[RunRecord] = field(default_factory=list)
    older: int = 0
    also_in: dict[UUID, list[str]] = field(default_factory=dict)


def newest(source: Source, records: Sequence[RunRecord]) -> Newest:
    """An older copy changes nothing, but its run remembers that the other archive
    has it too."""
    held = _provenances(source, [one for one in records if "archive" in one.provenance])
    kept: list[RunRecord] = []
    older: dict[UUID, RunRecord] = {}
    for record in records:
        key = _key(source, record)
        if key in held and _is_copy(held[key], record.provenance):
            older |= {key: record}
        else:
            kept.append(record)
    _remember(held, older)
    also_in = {
        _key(source, one): _others(held[_key(source, one)], one.provenance.get("archive"))
        for one in kept
        if _key(source, one) in held
    }
    return Newest(kept, len(records) - len(kept), also_in)


def behind(
    source: Source,
    described: Sequence[RunRecord],
    contents: Sequence[SeriesRecord | FileRecord],
) -> frozenset[UUID]:
    """The owners of these series and files that are stored as another archive
    has them. Of those that are described here too, their age decides."""
    archived = [one for one in contents if one.archive]
    if not archived:
        return frozenset()
    held = _provenances(source, archived)
    told = {_key(source, one): one.provenance for one in described}
    return frozenset(
        key
        for key, archive in {(_key(source, one), one.archive) for one in archived}
        if key in held and _is_behind(held[key], told.get(key), archive)
    )


def _is_behind(stored: Provenance, told: Provenance | None, archive: str) -> bool:
    if told is not None:
        return _is_copy(stored, told)
    return stored.get("archive") not in (None, archive)


def _key(source: Source, record: RunRecord | SeriesRecord | FileRecord) -> UUID:
    return owner_key(source, record.kind, record.project, record.run)


def _is_copy(stored: Provenance, told: Provenance) -> bool:
    """From another archive, and not newer than what is stored."""
    if told.get("archive") in (None, stored.get("archive")):
        return False
    return _age(told) <= _age(stored)


def _age(provenance: Provenance) -> tuple[datetime, datetime, str]:
    """Of two exports of one state the later counts; a name decides the rest, so
    that no order of reading does."""
    changed, exported = (_time(provenance.get(of)) for of in ("modification_time", "exported_at"))
    return changed, exported, str(provenance.get("archive") or "")


def _time(told: object) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else NEVER


def _provenances(
    source: Source, records: Iterable[RunRecord | SeriesRecord | FileRecord]
) -> dict[UUID, Provenance]:
    """Where what is stored came from. Models keep it with their raw record only."""
    kinds: dict[UUID, Kind] = {_key(source, one): one.kind for one in records}
    runs = [key for key, kind in kinds.items() if kind == "run"]
    found: dict[UUID, Provenance] = dict(
        Run.objects.filter(pk__in=runs).values_list("key", "provenance")
    )
    if others := kinds.keys() - set(runs):
        raws = Payload.objects.filter(key__in=others)
        found |= {one.key: raw_of(one)["provenance"] for one in raws}
    return found


def _others(stored: Provenance, archive: object) -> list[str]:
    """Every archive that a run was met in but for this one."""
    met = [*stored.get("also_in", []), stored.get("archive")]
    return sorted({name for name in met if name and name != archive})


def _remember(held: Mapping[UUID, Provenance], older: Mapping[UUID, RunRecord]) -> None:
    changed = []
    for key, record in older.items():
        also = _others({**held[key], "archive": record.provenance["archive"]}, None)
        if record.kind == "run" and also != held[key].get("also_in"):
            changed.append(Run(key=key, provenance={**held[key], "also_in": also}))
    Run.objects.bulk_update(changed, ["provenance"])
