"""A tracker's records into our rows.

`prepare` brings files' bytes into the blob store before the transaction;
`store` keeps a page. Both take a page of mixed records, as connectors yield
them, and doing it twice changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence

from sources.connectors.base import (
    Contents,
    FileRecord,
    Gap,
    Removal,
    RunRecord,
    SeriesRecord,
    TrackerRecord,
)
from sources.models import Source
from sources.store import Stored
from tracking.streams import anew, archives, contents, files, models, removals, runs, series, texts
from tracking.streams.files import Pulled
from tracking.streams.naming import LONGEST_SHOWN
from tracking.streams.removals import Listing, store_listing

__all__ = ["Listing", "prepare", "store", "store_listing"]

type Prepared = RunRecord | SeriesRecord | Contents | Removal | Pulled


def prepare(
    source: Source, records: Sequence[TrackerRecord], beat: Callable[[], None]
) -> list[Prepared]:
    found = [one for one in records if isinstance(one, FileRecord)]
    described = [one for one in records if isinstance(one, RunRecord)]
    behind = archives.behind(source, described, found)
    pulled = files.pull(source, found, beat, behind=behind)
    return [*(one for one in records if not isinstance(one, FileRecord)), *pulled]


def store(source: Source, records: Sequence[Prepared]) -> Stored:
    """Runs first, then what hangs on them; a removal counts over all of it."""
    described = [one for one in records if isinstance(one, RunRecord)]
    series_told = anew.begin(source, [one for one in records if isinstance(one, SeriesRecord)])
    measured = [one for one in series_told if one.kind == "run"]
    pulled = [one for one in records if isinstance(one, Pulled)]
    stored = runs.store(source, [one for one in described if one.kind == "run"])
    stored += models.store(source, [one for one in described if one.kind != "run"])
    behind = archives.behind(source, described, [*measured, *(one.record for one in pulled)])
    return (
        stored
        + Stored(gaps=_not_kept(one for one in series_told if one.kind != "run"))
        + series.store(source, [one for one in measured if one.type == "float"], behind=behind)
        + texts.store(source, [one for one in measured if one.type == "text"], behind=behind)
        + files.store(source, pulled, behind=behind)
        + contents.store(source, [one for one in records if isinstance(one, Contents)])
        + removals.store(source, [one for one in records if isinstance(one, Removal)])
    )


def _not_kept(of_models: Iterable[SeriesRecord]) -> tuple[Gap, ...]:
    """Neptune's own client logs none to a model, but its archives have room for them."""
    named = dict.fromkeys((one.run, one.path) for one in of_models)
    return tuple(
        Gap(f"{path[:LONGEST_SHOWN]} of {run}", "is a series of a model; only runs' are kept")
        for run, path in named
    )
