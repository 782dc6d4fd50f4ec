"""What is made of a run's record for our tables: pure, each part once, in any thread.

A reader that is ahead of the store makes it there, so that who stores has only to
write it; else it is made when it is asked for, and nothing of a run that is unchanged.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any

from sources import documents
from sources.connectors.base import RunRecord
from sources.store import NOT_UNDERSTOOD, Row, clean, loose_json, packed_json, squeezed, wire_json
from tracking.mentions import mentions
from tracking.streams import mapping
from tracking.streams.naming import is_too_long

LONGEST_TAG = 500  # of a value in an index
NAMES_IN_WHOLE = 50  # parameters of a run that was set by hand
NO_WORDS = frozenset({bool, int, float, NoneType})
IN_JSON = ("parameters", "properties", "code", "gaps", "provenance")
PAIR = attrgetter("type", "value")


class Made:
    """Of one record. `body` is what its digest is taken of and its payload keeps."""

    def __init__(self, record: RunRecord) -> None:
        self.record = record

    @cached_property
    def body(self) -> bytes:
        """The same bytes in a fifth of the time, but for the rare run with a NaN or
        an empty value: there the two must stay apart."""
        raw = raw_of(self.record)
        body = wire_json(raw)
        return packed_json(raw) if b"null" in body else body

    @cached_property
    def squeezed(self) -> bytes:
        return squeezed(self.body)

    @cached_property
    def described(self) -> Row:
        return mapping.run_from(self.record)

    @cached_property
    def row(self) -> Row:
        """With its JSON as bytes."""
        told = self.described
        return told | {name: loose_json(told[name]) for name in IN_JSON}

    @cached_property
    def named(self) -> list[tuple[str, str, str]]:
        """(kind, value, place) of all that the run's words name, its plain tags too."""
        row = self.described
        words = mentions(tags=row["tags"], name=row["name"], description=row["description"])
        tags = {clean(tag)[:LONGEST_TAG] for tag in row["tags"]}
        return [
            *((one.kind, one.value, one.place) for one in words),
            *(("tag", tag, "tag") for tag in tags),
        ]

    @cached_property
    def numbers(self) -> dict[str, float]:
        told = mapping.numbers(self.record)
        return {clean(name): value for name, value in told if not is_too_long(name)}

    @cached_property
    def words(self) -> str:
        """What search knows of the run beside its names, and the words within it all."""
        row = self.described
        told = " ".join([row["description"], *row["tags"], row["owner"], *_settings(row)])
        return documents.with_parts(row["handle"], row["name"] or row["handle"], told)


@dataclass(frozen=True, slots=True)
class Ready(RunRecord):
    """A record of which all is made already."""

    made: Made | None = None


def ready(record: RunRecord) -> RunRecord:
    """What cannot be understood is left for who stores it: there it becomes a gap."""
    made = Made(record)
    with suppress(*NOT_UNDERSTOOD):
        _ = made.squeezed, made.row, made.named, made.numbers, made.words
    return Ready(**{one.name: getattr(record, one.name) for one in fields(RunRecord)}, made=made)


def made_of(record: RunRecord) -> Made:
    made = record.made if isinstance(record, Ready) else None
    return made or Made(record)


def raw_of(record: RunRecord) -> dict[str, Any]:
    """What a digest is taken of, and what the payload keeps."""
    pairs = map(PAIR, record.attributes.values())
    return {
        "project": record.project,
        "run": record.run,
        "attributes": dict(zip(record.attributes, pairs, strict=True)),
        "gaps": [[gap.what, gap.why] for gap in record.gaps],
        "provenance": record.provenance,
        "trashed": record.trashed,
    }


def _settings(row: Mapping[str, Any]) -> Iterator[str]:
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
