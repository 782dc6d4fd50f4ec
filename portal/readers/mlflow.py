"""An MLflow source: its client, and the pages of its streams."""

from collections.abc import Iterator, Sequence
from typing import Any

from portal.readers.reader import OFTEN, SWEEPS, Reader
from sources.connectors.base import Json, Page, RunRecord, TrackerRecord
from sources.connectors.mlflow.client import MlflowClient
from sources.connectors.mlflow.models import REGISTRY
from sources.engine import Stream
from sources.models import Source
from sources.store import Stored
from tracking import streams as runs
from tracking.streams import known
from tracking.streams.runs import ready, store_projects
from tracking.streams.stored import STORED

type Model = RunRecord | runs.Listing


class Mlflow(MlflowClient):
    """Knows its source: a run that is stored as it is now is not read again."""

    def __init__(self, source: Source) -> None:
        given = source.settings
        super().__init__(
            given["address"],
            user=given.get("user") or "",
            secret=source.secret,
            chosen=given.get("experiments") or (),
            insecure=bool(given.get("insecure")),
            reading=source.reading,
        )
        self.source = source

    def stored(self, pairs: Sequence[tuple[str, str]]) -> Any:
        return known.seen(self.source, pairs)


def run_pages(client: Mlflow, since: Json) -> Iterator[Page[TrackerRecord]]:
    return client.runs(since, client.stored, ready)


def sweep_pages(client: Mlflow, since: Json) -> Iterator[Page[TrackerRecord]]:
    return client.sweep(since, client.stored, lambda: known.shown(client.source))


def model_pages(client: Mlflow, _: Json) -> Iterator[Page[Model]]:
    """All of the registry, and then which of it there is. After a gap nobody
    knows what is gone."""
    there: dict[str, set[str]] = {"model": set(), "model_version": set()}
    gaps = 0
    for page in client.models():
        gaps += len(page.gaps)
        for one in page.records:
            there[one.kind].add(one.run)
        yield Page(page.records, None, page.gaps)
    if not gaps:
        yield Page([listing(there)], None)


def listing(there: dict[str, set[str]]) -> runs.Listing:
    models, versions = frozenset(there["model"]), frozenset(there["model_version"])
    return runs.Listing(REGISTRY, {"model": models, "model_version": versions})


def store_models(source: Source, records: Sequence[Model]) -> Stored:
    models = [one for one in records if isinstance(one, RunRecord)]
    listings = [one for one in records if not isinstance(one, RunRecord)]
    return runs.store(source, models) + runs.store_listing(source, listings)


def store_names(source: Source, records: Sequence[tuple[str, str]]) -> Stored:
    return store_projects(source, dict(records))


READER = Reader(
    client=Mlflow,
    streams=(
        Stream("experiments", pages=lambda client, _: client.names(), store=store_names),
        Stream("runs", pages=run_pages, store=runs.store, prepare=runs.prepare),
        Stream(
            "models",
            pages=model_pages,
            store=store_models,
            every=OFTEN,
        ),
        Stream(
            "finished runs",
            pages=sweep_pages,
            store=runs.store,
            prepare=runs.prepare,
            every=SWEEPS,
        ),
    ),
    stored=STORED,
)
