"""What only some may read in Jira: comments and worklogs for a role or a group,
issues with a security level. All who see a source see what is stored of it, so
these are left out, unless the source's setting brings them in. Pure.

A service desk's internal comments (`jsdPublic`) are no such ones: everybody who
works there reads them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sources.connectors.base import Gap
from sprints.streams.tasks import issue_id
from sprints.streams.words import part

SETTING = "restricted"
NOTES = {"comments": "comment", "worklogs": "worklog"}
WHY = "only some may read that in Jira, so it was left out; the source's settings can bring it in"

type Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Readable:
    """The records that may be stored, without such notes; the ids of issues to be
    hidden; and at most one gap, which counts what was left out."""

    records: Sequence[Raw]
    closed: Sequence[str] = ()
    gaps: Sequence[Gap] = ()


def readable(records: Sequence[Raw], settings: Mapping[str, Any]) -> Readable:
    if settings.get(SETTING):
        return Readable(records)
    left_out: Counter[str] = Counter()
    kept = [_without(record, left_out) for record in records if not _is_closed(record)]
    closed = [issue_id(record) for record in records if _is_closed(record)]
    left_out["issue"] = len(closed)
    return Readable(kept, closed, _gaps(left_out))


def _is_closed(record: Raw) -> bool:
    return bool(part(record, "issue", "fields", "security"))


def _without(record: Raw, left_out: Counter[str]) -> Raw:
    kept: dict[str, list[Any]] = {}
    for name, word in NOTES.items():
        kept[name] = [note for note in record[name] if not part(note, "visibility")]
        left_out[word] += len(record[name]) - len(kept[name])
    return {**record, **kept}


def _gaps(left_out: Mapping[str, int]) -> list[Gap]:
    told = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for word, number in left_out.items()
        if number
    ]
    return [Gap(", ".join(told), WHY)] if told else []
