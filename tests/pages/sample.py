"""The sample work, read from its practice servers and its archive as any source is."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import override_settings

from demo import jira, neptune
from demo.work import Paths, prepared
from portal.management.commands import demo as sample_command
from portal.streams import KINDS
from sources import engine
from sources.models import Source, Sync
from tests import pristine

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


def restored(blobs: Path) -> None:
    """What `read_sample` stores, with its bytes in `blobs`, which settings.BLOBS names.

    Read once a run, by the first worker that asks: it takes six seconds.
    """
    kept = Path(os.environ["LABLEDGER_TEST_SERVERS"], "sample")
    kept.mkdir(exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "rows").exists():
            keep(kept)
    pristine.load(kept / "rows")
    ContentType.objects.clear_cache()
    shutil.copytree(kept / "blobs", blobs, dirs_exist_ok=True)


def keep(folder: Path) -> None:
    """Rows and bytes of the sample in `folder`; "rows" appears when all is there."""
    for name in ("work", "blobs", "making"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()
    with transaction.atomic(), override_settings(BLOBS=folder / "blobs"):
        read_sample(unpacked(folder / "work"))
        pristine.dump(folder / "making")
        transaction.set_rollback(True)
    (folder / "making").rename(folder / "rows")


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
