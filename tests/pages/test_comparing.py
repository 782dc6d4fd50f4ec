"""Compared runs: a sentence, plots beside each other, notebooks by their cells."""

import json
from typing import Any

import pytest
from django.test import Client

from handoff.draft import start
from tests.pages.asking import seen, text
from tests.pages.test_runs import PNG, compared, fill, key_of
from tests.sprints.made import Lab
from tests.tracking.making import file, store
from tracking import notebooks
from tracking.models import Artifact, Run

FRESH = 'class="freshness"'


def notebook(*code: str, put_out: str = "1", words: str = "# Filters") -> bytes:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [words]},
        *(
            {
                "cell_type": "code", "id": str(at), "metadata": {}, "execution_count": at,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": [put_out]}],
                "source": source.splitlines(keepends=True),
            }
            for at, source in enumerate(code)
        ),
    ]  # fmt: skip
    told = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(told, indent=1).encode()


@pytest.fixture
def noted(lab: Lab) -> Lab:
    """Two runs with notebooks."""
    fill(lab, 2)
    store(
        lab.tracker,
        file("DOC-1", "notebooks/filters.ipynb", notebook("import cv2\nsize = 3", "show()")),
        file("DOC-2", "notebooks/filters.ipynb", notebook("import cv2\nsize = 5", "show()")),
        file("DOC-1", "notebooks/again.ipynb", notebook("show()")),
        file("DOC-2", "notebooks/again.ipynb", notebook("show()", put_out="2")),
    )
    return lab


def test_the_page_opens_with_what_was_done_otherwise_and_what_was_better(
    lab: Lab, reader: Client
) -> None:
    fill(lab, 3)
    page = seen(reader, compared(lab, 3))
    assert "1 of 3 parameters differs." in page
    assert "did best" not in page, "all three reached the same"
    Run.objects.get(pk=key_of(lab, "DOC-2")).metrics.filter(name="valid/loss").update(min=0.1)
    page = seen(reader, compared(lab, 3))
    assert "1 of 3 parameters differs. DOC-2 did best in 1 of 1 figures." in page
    Run.objects.get(pk=key_of(lab, "DOC-3")).metrics.filter(name="valid/loss").update(min=0.1)
    assert "DOC-2 and DOC-3 each did best in 1 of 1 figures." in seen(reader, compared(lab, 3))
    assert "did best" not in seen(reader, compared(lab, 1))


def test_plots_of_one_path_stand_beside_each_other(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    store(
        lab.tracker,
        file("DOC-1", "plots/a_own", PNG),
        file("DOC-2", "plots/z_confusion", PNG),
        file("DOC-1", "plots/z_confusion", PNG),
        file("DOC-1", "plots/stepped@1", PNG, step=1.0),
    )
    page = reader.get(compared(lab, 2)).context["page"]
    assert [(one.path, [held is not None for _, held in one.files]) for one in page.plots] == [
        ("plots/roc", [True, True]), ("plots/z_confusion", [True, True]),
        ("plots/a_own", [True, False]),
    ]  # fmt: skip
    drawn = text(reader, compared(lab, 2))
    assert drawn.count("<img ") == 5
    assert 'alt="plots/roc of DOC-2"' in drawn
    assert ">none<" in drawn


def test_notebooks_are_compared_by_their_cells(noted: Lab, reader: Client) -> None:
    page = seen(reader, compared(noted, 2))
    assert "notebooks/filters.ipynb" in page
    url = f"/runs/{key_of(noted)}/diff/{key_of(noted, 'DOC-2')}/?path=notebooks/"
    lines = reader.get(f"{url}filters.ipynb").context["page"].lines
    assert [(one.kind, one.text) for one in lines if one.kind in {"removed", "added"}] == [
        ("removed", "size = 3"), ("added", "size = 5"),
    ]  # fmt: skip
    page = seen(reader, f"{url}again.ipynb")
    assert "The same cells in both; only what they put out is not the same." in page


def test_a_notebook_is_read_as_its_cells(noted: Lab, reader: Client) -> None:
    held = Artifact.objects.get(run=key_of(noted), path="notebooks/filters.ipynb")
    page = seen(reader, f"/runs/text/{held.pk}/")
    assert "its cells, without what they put out" in page
    assert "# %% [markdown] # # Filters # %% import cv2 size = 3 # %% show ()" in page
    assert "execution_count" not in page


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "3", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"cell_type": "code"}]}',
     '{"cells": [{"cell_type": "code", "source": 3}]}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_notebook_is_left_as_it_is(body: str) -> None:
    assert notebooks.cells(body) is None


def test_every_page_of_mirrored_facts_says_how_old_they_are(noted: Lab, lead: Client) -> None:
    run, other = key_of(noted), key_of(noted, "DOC-2")
    held = Artifact.objects.get(run=run, path="notebooks/filters.ipynb")
    draft = start(Run.objects.get(pk=run), by=noted.lead)
    for url in (
        compared(noted, 2), f"/runs/{run}/diff/{other}/", f"/runs/text/{held.pk}/",
        "/search/?q=focal", f"/records/{draft.pk}/",
    ):  # fmt: skip
        assert FRESH in text(lead, url), url
