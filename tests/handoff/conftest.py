"""The sample work as the real connectors read it, and small rows for what needs none."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from handoff import draft
from handoff import seal as sealing
from tests.handoff import making
from tests.handoff.asking import RIGHTS
from tests.pages.sample import restored, rolled_back
from tracking.models import Run


@pytest.fixture(scope="module")
def sample(tmp_path_factory, django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """There for a module, inside a transaction that is rolled back after it; each
    test's own transaction is within."""
    blobs = tmp_path_factory.mktemp("blobs")
    with rolled_back(django_db_blocker, blobs):
        restored(blobs)
        yield


@pytest.fixture
def work(sample: None, db: None) -> None:
    """The sample is there; what the test does to it is undone."""


def person(name: str) -> User:
    return User.objects.get(username=name)


@pytest.fixture
def lead(work: None) -> User:
    """May seal."""
    return person("lea.moreau")


@pytest.fixture
def form53(work: None) -> Run:
    """A hand-off candidate: checkpoint, code, frame, lock, plots and a probe."""
    return Run.objects.get(handle="FORM-53")


# ── small rows, for what needs no sample ─────────────────────────────────────


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    """She may do everything here."""
    return making.person("anna", *RIGHTS, source=lab)


@pytest.fixture
def reader(lab):
    return making.person("rea", source=lab)


@pytest.fixture
def run(lab, anna):
    """Of DOC-12, a hypothesis of DOC-10 in sprint 49."""
    story = making.task(lab, "DOC-10", sprint=making.sprint(lab))
    claim = making.task(lab, "DOC-12", parent=story, hypothesis=True, sprint=story.sprint)
    making.hypothesis(claim, by=anna)
    made = making.whole_run(lab)
    making.tag(made, "DOC-12")
    making.verdict(claim, made, by=anna)
    return made


@pytest.fixture
def begun(run, anna):
    return draft.start(run, by=anna)


@pytest.fixture
def sealed(begun, anna):
    return sealing.seal(begun, by=anna)
