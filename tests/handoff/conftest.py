"""The sample work, read by the real connectors into the tests' own Postgres."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from demo import jira
from demo.work import Paths, prepared
from handoff import draft
from handoff import seal as sealing
from portal.management.commands import demo as sample_command
from portal.streams import KINDS
from sources import engine
from sources.models import Source
from tests.handoff import making
from tests.handoff.asking import RIGHTS
from tracking.models import Run

TOLD = datetime(2026, 11, 24, 7, tzinfo=UTC)


def read_sample(paths: Paths) -> None:
    """People, their verdicts, the archive of sprints 44 to 48 and the practice Jira."""
    story = json.loads(paths.story.read_text())
    with jira.Practice(jira.State.load(paths.jira), mode="cloud", port=0) as planned:
        people = sample_command.add_people(story["people"])
        port = int(planned.url.rpartition(":")[2])
        sources = sample_command.add_sources(paths, {"jira": port, "neptune": 1})
        issues = json.loads(paths.jira.read_text())["issues"]
        sample_command.decide(
            story, sources, people, {issue["key"]: issue["id"] for issue in issues}
        )
        for slug in ("archive", "jira"):
            read_source(sources[slug])


def read_source(source: Source) -> None:
    sync = engine.claim(source)
    assert sync is not None
    kind = KINDS[source.kind]
    engine.read(source, sync, lambda: kind.client(source), kind.streams)
    sync.refresh_from_db()
    assert sync.outcome in {"done", "partial"}, sync.error


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return prepared(tmp_path_factory.mktemp("sample"), TOLD)


@pytest.fixture(scope="module")
def sample(paths: Paths, django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Read once a module, inside a transaction that is rolled back after it; each
    test's own transaction is within."""
    with django_db_blocker.unblock(), transaction.atomic():
        read_sample(paths)
        yield
        transaction.set_rollback(True)


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
