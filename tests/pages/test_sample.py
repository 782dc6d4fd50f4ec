"""The sample: two practice servers and an archive, read by the real engine into one portal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from demo.work import Paths
from portal.search import jump, search
from portal.search.asking import KINDS
from sources.models import Document, Source, Sync
from sprints.models import Task
from tests.pages.sample import read_source, rolled_back, served, unpacked
from tracking.models import Artifact, Column, LogChunk, Metric, Run
from tracking.streams.series import figures, stored_points

pytestmark = pytest.mark.django_db

TYPOS = Path(__file__).parent / "typos.txt"
RECALL = 0.9


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return unpacked(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def sources(
    paths: Paths,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[dict[str, Source]]:
    """Read once; their servers go on answering."""
    with rolled_back(django_db_blocker, tmp_path_factory.mktemp("blobs")), served(paths) as told:
        for source in told.values():
            read_source(source)
        yield told


def totals(sync: Sync) -> tuple[int, int, int]:
    return sync.inserted, sync.updated, sync.removed


def counts() -> dict[str, int]:
    tables = (Task, Run, Metric, Artifact, LogChunk, Column, Document)
    return {table.__name__: table.objects.count() for table in tables}


@pytest.mark.parametrize("slug", ["jira", "archive", "neptune"])
def test_a_source_read_from_its_beginning_again_changes_nothing(
    sources: dict[str, Source], slug: str
) -> None:
    before = counts()
    first = sources[slug].syncs.order_by("started_at")[0]
    assert first.inserted > 0
    sources[slug].cursors.update(position=None, finished_at=None)
    again = read_source(sources[slug])
    assert totals(again) == (0, 0, 0)
    assert counts() == before


@pytest.mark.parametrize("slug", ["jira", "archive", "neptune"])
def test_a_source_read_on_changes_nothing(sources: dict[str, Source], slug: str) -> None:
    assert totals(read_source(sources[slug])) == (0, 0, 0)


def test_every_series_figures_are_those_of_its_points(sources: dict[str, Source]) -> None:
    held = {(one.run_id, one.name): one for one in Metric.objects.filter(points__gt=0)}
    assert len(held) > 200
    for name, points in stored_points(list(held)).items():
        told = {field: getattr(held[name], field) for field in figures(points)}
        assert repr(told) == repr(figures(points)), name


def test_other_settings_map_everything_anew(sources: dict[str, Source]) -> None:
    source = Source.objects.get(slug="jira")
    hypotheses = Task.objects.filter(is_hypothesis=True)
    assert hypotheses.exists()
    source.settings |= {"hypothesis_types": ["Nothing"], "hypothesis_labels": ["nothing"]}
    source.save()
    source.read_anew()
    sync = read_source(source)
    assert sync.inserted == 0
    assert sync.updated >= Task.objects.count()
    assert not hypotheses.exists()


# ── search ───────────────────────────────────────────────────────────────────


def typos() -> list[tuple[str, str]]:
    """Half of a line's words are what was typed, the others what was meant."""
    lines = [line.split() for line in TYPOS.read_text().splitlines() if line[0] != "#"]
    return [(" ".join(line[: len(line) // 2]), " ".join(line[len(line) // 2 :])) for line in lines]


def test_nine_of_ten_typing_errors_find_what_was_meant(sources: dict[str, Source]) -> None:
    """Found: one of the five best hits of the right words."""
    person = User.objects.get(username="lea.moreau")
    lost = []
    for typed, meant in typos():
        best = {hit.key for hit in search(person, meant).hits[:5]}
        assert best, f"“{meant}” is not in the sample"
        if not best & {hit.key for hit in search(person, typed).hits}:
            lost.append(typed)
    assert len(typos()) >= 60
    recall = 1 - len(lost) / len(typos())
    assert recall >= RECALL, f"{recall:.0%}, lost: {lost}"


def test_a_key_of_a_moved_task_jumps_to_the_task(sources: dict[str, Source]) -> None:
    person = User.objects.get(username="lea.moreau")
    for text, name in (
        ("DOC-2698", "DOC-2698"),
        ("doc-2668", "OCR-7"),
        ("OCR-8", "OCR-8"),
        ("sprint 49", "Sprint 49"),
    ):
        found = jump(person, text)
        assert found is not None
        assert found.name == name


def test_every_document_leads_to_a_page(sources: dict[str, Source], client: Any) -> None:
    client.force_login(User.objects.get(username="lea.moreau"))
    kinds = Document.objects.order_by("kind").values_list("kind", flat=True).distinct()
    assert set(kinds) == set(KINDS)
    for kind in kinds:
        for one in Document.objects.filter(kind=kind)[:3]:
            answer = client.get(one.url.partition("#")[0], follow=True)
            assert answer.status_code == 200, (kind, one.url)
