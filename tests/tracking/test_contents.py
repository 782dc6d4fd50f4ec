"""What a run no longer has at its tracker is hidden, and half an answer hides nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sources.connectors.base import Contents
from sources.models import Document, Source
from sources.store import Stored
from sources.store.gone import UNLISTED
from tests.tracking.making import PROJECT, file, run, series, store
from tracking.models import Artifact, LogChunk, Metric, SeriesChunk, SeriesTail
from tracking.streams.series import stored_points


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, settings: Any) -> None:
    settings.BLOBS = tmp_path


FILES = {"weights", "plots/roc", "code/a.py", "code/b.py"}
SERIES = {"loss", "f1", "log"}


def has(series: set[str], files: set[str], *, sets: set[str] = frozenset(), run: str = "DOC-1"):
    return Contents(PROJECT, run, frozenset(series), frozenset(files), frozenset(sets))


def whole(handle: str = "DOC-1") -> list[Any]:
    return [
        run(handle),
        series(handle, "loss", [0.5] * 150),
        series(handle, "f1", [0.1, 0.2]),
        series(handle, "log", ["hello"], text=True),
        *(file(handle, path, path.encode()) for path in sorted(FILES)),
        has(SERIES, FILES, run=handle),
    ]


@pytest.fixture
def held(source: Source) -> Source:
    assert store(source, *whole()).removed == 0
    return source


def shown(source: Source, handle: str = "DOC-1") -> tuple[set[str], set[str]]:
    key = source.key("run", f"{PROJECT}\n{handle}")
    named = Metric.objects.filter(run=key, points__gt=0).values_list("name", flat=True)
    logs = LogChunk.objects.filter(run=key).values_list("name", flat=True)
    files = Artifact.objects.filter(run=key, removed_at=None).values_list("path", flat=True)
    return {*named, *logs}, set(files)


def test_what_is_told_to_be_there_stays(held: Source) -> None:
    assert store(held, has(SERIES, FILES)) == Stored()
    assert shown(held) == (SERIES, FILES)


def test_series_lines_and_files_that_are_gone_are_hidden_and_not_found(held: Source) -> None:
    assert Document.objects.filter(kind="file", title="weights").exists()
    assert store(held, has({"f1"}, FILES - {"weights"})).removed == 3
    assert shown(held) == ({"f1"}, FILES - {"weights"})
    assert not Document.objects.filter(kind="file", title="weights").exists()
    key = held.key("run", f"{PROJECT}\nDOC-1")
    assert not SeriesChunk.objects.filter(run=key, name="loss").exists()
    assert SeriesChunk.objects.filter(name="loss").exists(), "hidden, not deleted"


def test_what_comes_back_is_shown_again_and_may_go_again(held: Source) -> None:
    for values in ([0.5] * 150, [0.7] * 120, [0.9] * 3):
        store(held, has({"f1", "log"}, FILES - {"weights"}))
        assert shown(held) == ({"f1", "log"}, FILES - {"weights"})
        store(
            held,
            series("DOC-1", "loss", values),
            file("DOC-1", "weights", b"weights"),
            has(SERIES, FILES),
        )
        assert shown(held) == (SERIES, FILES)
        key = held.key("run", f"{PROJECT}\nDOC-1")
        assert stored_points([(key, "loss")])[key, "loss"].values.tolist() == values
    store(held, has({"f1", "log"}, FILES))
    aside = held.key("aside", held.key("run", f"{PROJECT}\nDOC-1"))
    rows = [table.objects.filter(run=aside).count() for table in (Metric, SeriesChunk, SeriesTail)]
    assert rows == [1, 1, 0], "the last that was hidden, once"


def test_members_of_a_set_that_was_not_looked_into_stay(held: Source) -> None:
    told = {"weights", "plots/roc", "code"}
    assert store(held, has(SERIES, told, sets={"code"})).removed == 0
    assert store(held, has(SERIES, {*told, "code/a.py"})).removed == 1
    assert shown(held)[1] == FILES - {"code/b.py"}


@pytest.mark.parametrize("told", [has(set(), set()), has({"f1"}, {"weights"})])
def test_an_answer_without_most_of_a_run_hides_nothing_and_is_a_gap(
    held: Source, told: Contents
) -> None:
    stored = store(held, told)
    assert (stored.removed, shown(held)) == (0, (SERIES, FILES))
    (gap,) = stored.gaps
    assert "of 7 series and files of DOC-1" in gap.what
    assert not gap.why.startswith(UNLISTED), "nobody is asked whether it is so"
    held.believe(timezone.now() + timedelta(hours=1))
    assert store(held, told) == stored


def test_one_runs_contents_say_nothing_of_another(held: Source) -> None:
    store(held, *whole("DOC-2"))
    store(held, has({"f1", "log"}, FILES))
    assert shown(held, "DOC-2") == (SERIES, FILES)


def test_contents_cost_the_same_for_one_run_and_for_sixty(held: Source) -> None:
    def cost(runs: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            store(held, *(has(SERIES, FILES, run=f"DOC-{n}") for n in range(1, runs + 1)))
        return len(queries)

    assert cost(1) == cost(60)
