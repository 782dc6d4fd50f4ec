"""`labledger doctor` about the sources: which cannot be read, and what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.checkup import Grade, reading
from portal.commands import doctor
from sources.models import Source, Sync

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def row(**fields: Any) -> dict[str, Any]:
    at = NOW - timedelta(minutes=12)
    usual = {
        "name": "Jira", "paused": False, "outcome": "done", "error": "", "trouble": "",
        "started_at": at, "begun_at": at, "heard_at": at, "finished_at": at,
    }  # fmt: skip
    return usual | fields


@pytest.mark.parametrize(
    ("fields", "grade", "words"),
    [
        ({}, Grade.GOOD, "Jira was read 12 minutes ago"),
        ({"outcome": None}, Grade.NOTE, "never read"),
        ({"paused": True, "outcome": "failed"}, Grade.NOTE, "is paused"),
        ({"outcome": "refused", "error": "No.", "trouble": "token"}, Grade.WRONG,
         "Jira: refused 12 minutes ago. No. What to do: Make a new credential"),
        ({"outcome": "failed", "error": "Away.", "trouble": "away"}, Grade.WRONG, "who runs it"),
        ({"outcome": "parked", "error": "Wait.", "trouble": "quota"}, Grade.NOTE, "goes on"),
        ({"outcome": ""}, Grade.WRONG, "last heard of 12 minutes ago"),
        ({"outcome": "", "heard_at": NOW}, Grade.GOOD, "is being read"),
        ({"outcome": "", "begun_at": None}, Grade.WRONG, "waited for a worker"),
        ({"outcome": "", "begun_at": None, "started_at": NOW}, Grade.GOOD, "about to be read"),
    ],
)  # fmt: skip
def test_a_source_is_told_by_its_newest_sync(
    fields: dict[str, Any], grade: Grade, words: str
) -> None:
    found = reading.told(row(**fields), NOW)
    assert found.grade is grade
    assert words in found.text


@pytest.mark.django_db(transaction=True)
def test_the_database_is_asked_for_the_newest_whole_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    held = connection.settings_dict
    monkeypatch.setenv(
        "DATABASE_URL", f"postgresql://{held['USER']}@/{held['NAME']}?host={held['HOST']}"
    )
    source = Source.objects.create(slug="jira", name="Jira", kind="jira")
    now = timezone.now()
    for minutes, fields in (
        (30, {"outcome": "refused", "trouble": "token"}),
        (20, {"outcome": "failed", "error": "No such host.", "trouble": "away"}),
        (10, {"outcome": "done", "due_after": now}),
    ):
        at = now - timedelta(minutes=minutes)
        Sync.objects.create(source=source, started_at=at, finished_at=at, **fields)
    (found,) = reading.sources()
    assert found.grade is Grade.WRONG
    assert "No such host. What to do: Nothing at first" in found.text
    assert reading.sources in doctor.CHECKS


def test_without_a_database_nothing_is_said_of_sources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("LABLEDGER_DATA", str(tmp_path))
    assert list(reading.sources()) == []
