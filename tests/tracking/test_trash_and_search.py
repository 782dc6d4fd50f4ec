"""What lies in a tracker's trash is found by nobody who searches."""

import pytest

from sources.models import Document, Source
from tests.tracking.making import run, store
from tracking.models import Run

pytestmark = pytest.mark.django_db


def test_a_trashed_run_leaves_search_and_comes_back_with_the_run(source: Source) -> None:
    store(source, run("DOC-1"), run("DOC-2", trashed=True))
    assert [found.name for found in Document.objects.all()] == ["DOC-1"]
    store(source, run("DOC-1", trashed=True))
    assert not Document.objects.exists()
    assert Run.objects.count() == 2
    store(source, run("DOC-1"))
    assert [found.name for found in Document.objects.all()] == ["DOC-1"]
