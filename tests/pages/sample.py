"""The sample work, read from its practice servers and its archive as any source is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import override_settings

from demo import jira, neptune
from demo.work import Paths, prepared
from portal.management.commands import demo as sample_command
from portal.streams import KINDS
from sources import engine
from sources.models import Source, Sync

TOLD = datetime(2026, 11, 24, 7, tzinfo=UTC)


def unpacked(folder: Path) -> Paths:
    """The sample on its own day."""
    return prepared(folder, TOLD)


@contextmanager
def served(paths: Paths) -> Iterator[dict[str, Source]]:
    """People, their verdicts, and the three sources, whose servers answer within."""
    story = json.loads(paths.story.read_text())
    with (
        jira.Practice(jira.State.load(paths.jira), mode="cloud", port=0) as planned,
        neptune.Practice(neptune.Store.load(paths.neptune), port=0).start() as tracked,
    ):
        people = sample_command.add_people(story["people"])
        ports = {"jira": port_of(planned.url), "neptune": port_of(tracked.url)}
        sources = sample_command.add_sources(paths, ports)
        issues = json.loads(paths.jira.read_text())["issues"]
        sample_command.decide(story, sources, people, {one["key"]: one["id"] for one in issues})
        yield sources


def read_sample(paths: Paths) -> dict[str, Sync]:
    """One sync of each source."""
    with served(paths) as sources:
        return {slug: read_source(source) for slug, source in sources.items()}


@contextmanager
def rolled_back(blocker: Any, blobs: Path) -> Iterator[None]:
    """For what is read once a module: a transaction round all its tests."""
    with (
        blocker.unblock(),
        transaction.atomic(),
        override_settings(BLOBS=blobs),
    ):
        yield
        transaction.set_rollback(True)


def port_of(url: str) -> int:
    return int(url.rstrip("/").rpartition(":")[2])


def read_source(source: Source) -> Sync:
    """One whole sync, whether or not it is due."""
    source.refresh_from_db()
    Source.objects.filter(pk=source.pk).update(claim=None)
    source.refresh_from_db()
    sync = engine.claim(source)
    assert sync is not None
    kind = KINDS[source.kind]
    engine.read(source, sync, lambda: kind.client(source), kind.streams)
    sync.refresh_from_db()
    assert sync.outcome in {"done", "partial"}, sync.error
    return sync
