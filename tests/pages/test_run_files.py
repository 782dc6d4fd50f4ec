"""The files on a run's page: pictures are found however many files there are."""

from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from portal.pages.runs import files
from tests.pages.asking import same_cost
from tests.pages.test_runs import PNG
from tests.sprints.made import Lab
from tests.tracking.making import PROJECT, file, run, store


def key_of(lab: Lab) -> UUID:
    return lab.tracker.key("run", f"{PROJECT}\nDOC-1")


def shown(reader: Client, lab: Lab) -> Any:
    return reader.get(f"/runs/{key_of(lab)}/").context["page"].files


@pytest.fixture
def crowded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Its plots, its pictures and its source lie behind all the files that are listed."""
    monkeypatch.setattr(files, "SHOWN", 20)
    monkeypatch.setattr(files, "PLOTS", 3)
    store(
        lab.tracker,
        run("DOC-1"),
        *(file("DOC-1", f"a/{n:03}", b"%d" % n) for n in range(30)),
        *(file("DOC-1", f"plots/{n}", PNG) for n in range(5)),
        *(file("DOC-1", f"samples/p@{n}", PNG, step=float(n)) for n in range(40)),
        *(file("DOC-1", f"samples/q@{n}", PNG, step=float(n)) for n in range(3)),
        file("DOC-1", "source_code/files/train.py", b"import torch\n"),
    )
    return lab


def test_plots_and_source_behind_many_files_are_on_the_page(crowded: Lab, reader: Client) -> None:
    page = shown(reader, crowded)
    assert (len(page.all), page.more) == (20, True)
    assert [one.artifact.path for one in page.plots] == ["plots/0", "plots/1", "plots/2"]
    assert page.more_plots == 2
    assert [(one.path, one.count) for one in page.frames] == [("samples/p", 40), ("samples/q", 3)]
    assert page.has_source is True


@pytest.mark.parametrize("count", [1, 2, 11, 12, 13, 14, 23, 24, 40, 101])
def test_a_series_shows_so_many_of_its_steps_evenly(lab: Lab, reader: Client, count: int) -> None:
    store(
        lab.tracker,
        run("DOC-1"),
        *(file("DOC-1", f"p@{n}", PNG, step=float(n)) for n in range(count)),
    )
    (series,) = shown(reader, lab).frames
    steps = [one.artifact.step for one in series.files]
    assert (series.count, len(steps)) == (count, min(count, files.FRAMES))
    assert (steps[0], steps[-1], steps) == (0.0, count - 1.0, sorted(steps))
    gaps = {later - before for before, later in pairwise(steps)}
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_only_the_first_series_of_pictures_are_shown(lab: Lab, reader: Client) -> None:
    store(
        lab.tracker,
        run("DOC-1"),
        *(file("DOC-1", f"s{of}@{n}", PNG, step=float(n)) for of in range(9) for n in range(2)),
        file("DOC-1", "@odd", PNG, step=0.0),
    )
    assert [one.path for one in shown(reader, lab).frames] == [
        "@odd", "s0", "s1", "s2", "s3", "s4",
    ]  # fmt: skip


def test_a_run_with_few_files_says_nothing_of_more(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("DOC-1"), file("DOC-1", "notes", b"hello"))
    page = shown(reader, lab)
    assert (page.more, page.more_plots, page.plots, page.frames) == (False, 0, [], [])


def test_many_files_cost_what_few_cost(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("DOC-1"), file("DOC-1", "plots/roc", PNG))

    def more() -> None:
        store(
            lab.tracker,
            *(file("DOC-1", f"a/{n}", b"%d" % n) for n in range(60)),
            *(file("DOC-1", f"s{n % 9}@{n}", PNG, step=float(n)) for n in range(60)),
        )

    same_cost(reader, lambda: f"/runs/{key_of(lab)}/", more)
