"""Text series (a run's logs): lines by step, packed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID

import orjson
import zstandard
from django.db.models import Max, Q

from sources.connectors.base import SeriesRecord
from sources.models import Source
from sources.store import Row, Stored, append, clean, plain
from tracking.models import LogChunk
from tracking.streams.naming import is_too_long, owner_key

CHUNK = 2_000
BYTES = 256_000  # of a chunk's lines; a single longer line is a chunk of its own

type Line = tuple[float, int, str]
type Name = tuple[UUID, str]
type Merge = Callable[[list[Line], list[Line]], list[Line]]


def store(
    source: Source, records: Sequence[SeriesRecord], *, behind: Collection[UUID] = ()
) -> Stored:
    """Counts series. A step's lines replace the stored lines of that step; of the
    runs in `behind` only steps are taken that the tables do not have."""
    incoming: dict[Name, list[Line]] = {}
    for one in records:
        if len(one.steps) and not is_too_long(one.path):
            name = owner_key(source, one.kind, one.project, one.run), clean(one.path)
            incoming[name] = _over(incoming.get(name, []), _lines(one))
    total = Stored()
    for name, new in incoming.items():
        total += _store_one(source, name, new, _under if name[0] in behind else _over)
    return total


def _lines(record: SeriesRecord) -> list[Line]:
    rows = zip(record.steps, record.times, record.values, strict=True)
    return [(float(step), int(at), clean(str(text))) for step, at, text in rows]


def _store_one(source: Source, name: Name, new: list[Line], merge: Merge) -> Stored:
    """Reads and writes only what lies after the first new step, and the last
    chunk while it has room: a log of a million lines grows by its end."""
    first = min(step for step, _, _ in new)
    chunks, following = LogChunk.objects.filter(run=name[0], name=name[1]), _next_number(name)
    with_room = Q(seq=following - 1, count__lt=CHUNK)
    ended = list(chunks.filter(Q(last_step__gte=first) | with_room).order_by("seq"))
    start = ended[0].seq if ended else following
    held = [line for chunk in ended for line in unpacked(chunk)]
    merged = merge(held, new)
    if merged == held:
        return Stored(unchanged=1)
    chunks.filter(seq__gte=start).delete()
    append(LogChunk, _rows(source, name, merged, start))
    return Stored(updated=1) if start or held else Stored(inserted=1)


def _over(old: list[Line], new: list[Line]) -> list[Line]:
    """In order of steps; the old lines of a step that is new again are gone."""
    replaced = {step for step, _, _ in new}
    return sorted([line for line in old if line[0] not in replaced] + new, key=itemgetter(0))


def _under(old: list[Line], new: list[Line]) -> list[Line]:
    """The same, where what is old counts."""
    return _over(new, old)


def _next_number(name: Name) -> int:
    top = LogChunk.objects.filter(run=name[0], name=name[1]).aggregate(top=Max("seq"))["top"]
    return 0 if top is None else int(top) + 1


def read_lines(run: UUID, name: str, *, last: int | None = None) -> list[Line]:
    """A text series' lines as (step, epoch milliseconds, text), in order; with
    `last`, only so many at its end, and only their chunks are read."""
    chunks = LogChunk.objects.filter(run=run, name=name)
    if last is None:
        return [line for chunk in chunks.order_by("seq") for line in unpacked(chunk)]
    found: list[Line] = []
    for chunk in chunks.order_by("-seq").iterator(chunk_size=2):
        found = [*unpacked(chunk), *found]
        if len(found) >= last:
            break
    return found[-last:]


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a log. `older` and `newer` are the places of those beside them."""

    rows: list[dict[str, object]]
    older: str
    newer: str


def chunk(run: UUID, name: str, place: str) -> Part | None:
    """The lines at `place`, the number of a chunk: the first for anything else, the last
    for "end". None where there is no such log."""
    chunks = LogChunk.objects.filter(run=run, name=name)
    last = chunks.aggregate(top=Max("seq"))["top"]
    if last is None:
        return None
    at = last if place == "end" else min(_place(place), last)
    return Part(
        [
            {"step": step, "at": datetime.fromtimestamp(when / 1000, UTC), "text": text}
            for step, when, text in unpacked(chunks.get(seq=at))
        ],
        older=str(at - 1) if at else "",
        newer=str(at + 1) if at < last else "",
    )


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def unpacked(chunk: LogChunk) -> list[Line]:
    body = zstandard.ZstdDecompressor().decompress(bytes(chunk.packed))
    return [(float(step), int(at), str(text)) for step, at, text in orjson.loads(body)]


def _rows(source: Source, name: Name, lines: Sequence[Line], first: int) -> list[Row]:
    squeeze = zstandard.ZstdCompressor(level=3).compress
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
        for seq, part in enumerate(_parts(lines), start=first)
    ]


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """By number and by size, or a log of long lines would be read whole for its end."""
    part, size = list[Line](), 0
    for line in lines:
        more = len(line[2].encode())
        if part and (len(part) == CHUNK or size + more > BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += more
    if part:
        yield part
