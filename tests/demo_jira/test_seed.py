"""Seed files: what is read is what is written, and what is wrong is named."""

import copy
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from demo.jira import State
from demo.jira.crowd import crowd
from demo.jira.seed import BadSeed
from tests.demo_jira.story import STORY, state

TABLES = (
    "users",
    "statuses",
    "types",
    "fields",
    "projects",
    "boards",
    "sprints",
    "issues",
    "links",
)
ROOT = Path(__file__).parents[2]


def tables(told: State) -> dict[str, object]:
    return {name: getattr(told, name) for name in (*TABLES, "keys", "old_project_keys")}


def test_a_state_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    told = state()
    told.move("DOC-2", "NEW", by="mia")
    told.restrict("NEW-1", "ben")
    told.rename_project_key("SEC", "HID")
    told.log_work("DOC-1", 60, by="mia")
    told.set_remote_link("DOC-1", {"object": {"url": "https://x.example", "title": "x"}})
    told.dump(tmp_path / "kept.json")
    assert tables(State.load(tmp_path / "kept.json")) == tables(told)


def test_ids_given_after_reading_are_new(tmp_path: Path) -> None:
    told = state()
    told.dump(tmp_path / "kept.json")
    again = State.load(tmp_path / "kept.json")
    made = again.create("DOC", "New", by="mia")
    assert (made.key, made.id) == ("DOC-4", 10006)
    assert again.comment("DOC-4", "x", by="mia").id == 30024


def test_reading_leaves_the_document_alone() -> None:
    before = copy.deepcopy(STORY)
    state()
    assert before == STORY


def test_as_of_moves_every_time_by_whole_days() -> None:
    told, moved = state(), State.of(STORY, today=date(2026, 3, 30))
    ten_days = 10 * 86_400_000
    assert moved.need("DOC-2").created - told.need("DOC-2").created == ten_days
    assert moved.need("DOC-2").due == "2026-04-06"
    start, later = told.sprints[49].start, moved.sprints[49].start
    assert later == (start or 0) + ten_days
    assert moved.need("DOC-2").history[0].at - told.need("DOC-2").history[0].at == ten_days


def test_the_update_time_is_the_newest_thing_that_happened() -> None:
    newest = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
    assert state().need("DOC-2").updated == newest.timestamp() * 1000


def broken(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(STORY)
    document["issues"][1] |= changes
    return document


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "Lost"}, "issue DOC-2: there is no status 'Lost'"),
        ({"assignee": "noone"}, "issue DOC-2: there is no user 'noone'"),
        ({"sprints": [48, 99]}, "issue DOC-2: there is no sprint 99"),
        ({"parent": "DOC-9"}, "issue DOC-2: there is no issue 'DOC-9'"),
        ({"versions": ["9.9"]}, "issue DOC-2: there is no version '9.9'"),
        ({"key": "LOST-2"}, "issue LOST-2: its project is not there"),
        ({"key": "DOC-1"}, "two issues have the same key"),
        ({"created": "2026-03-02T08:00:00"}, "a time without an offset"),
        ({"points": 8}, "its history ends with points 5.0, but it has 8.0"),
        ({"status": "To Do"}, "its history ends with status"),
        ({"links": [{"type": "Blocks", "to": "X-1"}]}, "it links to 'X-1'"),
        ({"links": [{"type": "Eats", "to": "DOC-1"}]}, "no link type 'Eats'"),
    ],
)
def test_what_is_wrong_in_a_seed_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadSeed) as caught:
        State.of(broken(**changes))
    assert message in str(caught.value)


def test_a_history_of_an_unknown_field_is_named() -> None:
    entry = {"at": "2026-03-03T08:00:00Z", "by": "mia", "changes": [{"field": "mood"}]}
    with pytest.raises(BadSeed, match="'mood'"):
        State.of(broken(history=[entry]))


def test_a_crowd_is_the_same_for_the_same_seed_and_reads_back(tmp_path: Path) -> None:
    told = crowd(400, seed=3)
    assert tables(told) == tables(crowd(400, seed=3))
    assert told.issues != crowd(400, seed=4).issues
    told.dump(tmp_path / "crowd.json")
    assert tables(State.load(tmp_path / "crowd.json")) == tables(told)


def test_a_crowd_has_everything_that_a_sync_reads() -> None:
    told = crowd(800)
    issues = told.issues.values()
    assert len(issues) == 800
    assert sum(told.types[issue.type].level < 0 for issue in issues) == 200
    entries = sum(len(issue.history) for issue in issues) / 800
    assert 4 < entries < 10
    assert sum(len(issue.comments) for issue in issues) > 800
    assert sum(len(issue.worklogs) for issue in issues) > 800
    assert any(len(issue.sprints) == 2 for issue in issues)
    for issue in issues:
        parent = told.issues[issue.parent] if issue.parent else issue
        assert parent.project == issue.project


@pytest.mark.parametrize("mode", ["cloud", "dc"])
def test_the_command_serves_a_seed_and_keeps_what_happened(tmp_path: Path, mode: str) -> None:
    seed, kept = tmp_path / "seed.json", tmp_path / "kept.json"
    seed.write_text(json.dumps(STORY))
    command = [sys.executable, "-m", "demo.jira", "--mode", mode, "--seed", seed, "--keep", kept]
    names = []
    for _ in range(2):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as served:
            assert served.stdout is not None
            address = served.stdout.readline().split()[-1]
            names.append(renamed(address, mode))
            os.kill(served.pid, signal.SIGTERM)
            assert served.wait(10) == 0
    assert names == ["Read documents", "Renamed"]


def renamed(address: str, mode: str) -> str:
    """Rename DOC-1, and tell its name before."""
    login = "Basic bWlhQGV4YW1wbGUub3JnOm1pYXMtdG9rZW4=" if mode == "cloud" else "Bearer mias-token"
    connection = HTTPConnection(address.removeprefix("http://"), timeout=5)
    connection.request("GET", "/rest/api/2/issue/DOC-1", headers={"Authorization": login})
    told = json.loads(connection.getresponse().read())
    body = json.dumps({"fields": {"summary": "Renamed"}})
    connection.request("PUT", "/rest/api/2/issue/DOC-1", body, {"Authorization": login})
    assert connection.getresponse().status == 204
    connection.close()
    return str(told["fields"]["summary"])


def test_the_command_wants_something_to_serve() -> None:
    command = [sys.executable, "-m", "demo.jira"]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert ended.returncode == 2
    assert "either --seed or --crowd" in ended.stderr
