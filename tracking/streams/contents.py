"""Series and files that a run no longer has at its tracker: hidden, not deleted.

Only what a tracker says it has altogether tells that something is gone. Losing
all of a run at once, or most of it, is not believed, nor is a person asked whether
it is so: a run that does not change is not read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from sources import documents
from sources.connectors.base import Contents, Gap
from sources.models import Source
from sources.store import Stored, clean
from sources.store.gone import most_that_can_go
from tracking.models import Artifact, LogChunk, Metric, SeriesChunk, SeriesTail
from tracking.streams.naming import owner_key

PACKED = (Metric, SeriesChunk, SeriesTail, LogChunk)


@dataclass(slots=True)
class Held:
    """What is stored of one run and shown: series by name, files by key."""

    series: set[str] = field(default_factory=set)
    files: dict[UUID, str] = field(default_factory=dict)

    def gone(self, told: Contents) -> "Held":
        series = {clean(path) for path in told.series}
        files = {clean(path) for path in told.files}
        sets = tuple(f"{clean(path)}/" for path in told.sets)
        left = {
            key: path
            for key, path in self.files.items()
            if path not in files and not path.startswith(sets)
        }
        return Held(self.series - series, left)

    def __len__(self) -> int:
        return len(self.series) + len(self.files)


def store(source: Source, records: Sequence[Contents]) -> Stored:
    """Three queries, whatever the number of runs, when nothing is gone."""
    told = {owner_key(source, one.kind, one.project, one.run): one for one in records}
    total = Stored()
    for key, held in _held(told).items():
        if gone := held.gone(told[key]):
            total += _hide(source, key, told[key], gone, held)
    return total


def _held(keys: Mapping[UUID, Contents]) -> dict[UUID, Held]:
    if not keys:
        return {}
    found = {key: Held() for key in keys}
    series = Metric.objects.filter(run__in=keys, points__gt=0).values_list("run", "name")
    lines = LogChunk.objects.filter(run__in=keys, seq=0).values_list("run", "name")
    for run, name in [*series, *lines]:
        found[run].series.add(name)
    files = Artifact.objects.filter(run__in=keys, removed_at=None)
    for run, key, path in files.values_list("run", "key", "path"):
        found[run].files[key] = path
    return found


def _hide(source: Source, run: UUID, told: Contents, gone: Held, held: Held) -> Stored:
    if len(gone) > most_that_can_go(len(held)):
        return Stored(gaps=(_unbelieved(told, gone, held),))
    set_aside(source, run, gone.series)
    Artifact.objects.filter(key__in=gone.files).update(removed_at=timezone.now())
    documents.forget(gone.files)
    return Stored(removed=len(gone))


def set_aside(source: Source, run: UUID, names: set[str]) -> None:
    """These series belong to nobody that is shown, from now on. Should they come
    again, they are read again from their start."""
    aside = source.key("aside", run)
    for table in PACKED if names else ():
        table.objects.filter(run=aside, name__in=names).delete()
        table.objects.filter(run=run, name__in=names).update(run=aside)


def _unbelieved(told: Contents, gone: Held, held: Held) -> Gap:
    return Gap(
        f"{len(gone)} of {len(held)} series and files of {told.run}",
        "its tracker tells of them no more; that many at once looks like half an answer, "
        "so they stay as they were",
    )
