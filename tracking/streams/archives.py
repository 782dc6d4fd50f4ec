"""One run in several archives of a source: the one that was changed last counts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sources.connectors.base import RunRecord
from sources.models import Source
from tracking.models import Run
from tracking.streams.mapping import Words
from tracking.streams.naming import owner_id, owner_key

type Named = tuple[str, RunRecord]


def newest(source: Source, records: Sequence[RunRecord]) -> tuple[list[Named], int]:
    """The records to store, by their external id, and how many older copies of
    stored runs there were. An older copy changes nothing, whichever comes first,
    but the run remembers that the other archive has it too."""
    held = Run.objects.in_bulk([_key(source, record) for record in records])
    kept: list[Named] = []
    older = 0
    for record in records:
        stored = held.get(_key(source, record))
        if stored is not None and _is_copy(stored, record):
            _remember(stored, record)
            older += 1
        else:
            kept.append((owner_id(record.project, record.run), record))
    return kept, older


def _key(source: Source, record: RunRecord) -> UUID:
    return owner_key(source, record.kind, record.project, record.run)


def _is_copy(stored: Run, record: RunRecord) -> bool:
    """From another archive, and not changed after what is stored."""
    if record.provenance.get("archive") == stored.provenance.get("archive"):
        return False
    return not _after(Words(record.attributes).time("sys/modification_time"), stored.modified_at)


def _after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _remember(stored: Run, record: RunRecord) -> None:
    also = list(stored.provenance.get("also_in", []))
    name = record.provenance.get("archive")
    if name is None or name in also:
        return
    Run.objects.filter(pk=stored.pk).update(
        provenance={**stored.provenance, "also_in": [*also, name]}
    )
