"""Text series (a run's logs): lines by step, packed."""

from collections.abc import Sequence
from uuid import UUID

import orjson
import zstandard

from sources.connectors.base import SeriesRecord
from sources.models import Source
from sources.store import Row, Stored, append, clean, plain
from tracking.models import LogChunk
from tracking.streams.naming import owner_key

CHUNK = 2_000

type Line = tuple[float, int, str]
type Name = tuple[UUID, str]


def store(source: Source, records: Sequence[SeriesRecord]) -> Stored:
    """Counts series. A step's lines replace the stored lines of that step."""
    incoming: dict[Name, list[Line]] = {}
    for one in records:
        if one.kind == "run":
            name = owner_key(source, one.kind, one.project, one.run), one.path
            lines = zip(one.steps, one.times, map(str, one.values), strict=True)
            incoming.setdefault(name, []).extend((s, t, clean(text)) for s, t, text in lines)
    total = Stored()
    for name, new in incoming.items():
        total += _store_one(source, name, new)
    return total


def _store_one(source: Source, name: Name, new: list[Line]) -> Stored:
    held = read_lines(*name)
    replaced = {step for step, _, _ in new}
    merged = sorted([line for line in held if line[0] not in replaced] + new, key=lambda x: x[0])
    if merged == held:
        return Stored(unchanged=1)
    LogChunk.objects.filter(run=name[0], name=name[1]).delete()
    append(LogChunk, _rows(source, name, merged))
    return Stored(updated=1) if held else Stored(inserted=1)


def read_lines(run: UUID, name: str) -> list[Line]:
    """A text series' lines as (step, epoch milliseconds, text), in order."""
    unsqueeze = zstandard.ZstdDecompressor().decompress
    chunks = LogChunk.objects.filter(run=run, name=name).order_by("seq")
    rows = (row for chunk in chunks for row in orjson.loads(unsqueeze(bytes(chunk.packed))))
    return [(float(step), int(at), str(text)) for step, at, text in rows]


def _rows(source: Source, name: Name, lines: Sequence[Line]) -> list[Row]:
    squeeze = zstandard.ZstdCompressor(level=3).compress
    parts = [lines[start : start + CHUNK] for start in range(0, len(lines), CHUNK)]
    return [
        {
            "source_id": source.pk,
            "run_id": name[0],
            "name": name[1],
            "seq": seq,
            "first_step": part[0][0],
            "last_step": part[-1][0],
            "count": len(part),
            "packed": squeeze(orjson.dumps(plain(part))),
        }
        for seq, part in enumerate(parts)
    ]
