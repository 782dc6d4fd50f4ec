"""`labledger sync --follow`: a bar in a terminal, lines elsewhere, a code at the end."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from portal import following
from portal.environment import ROOT
from sources.claims import begin, claim
from sources.models import Source, Sync

PATIENCE = 40  # seconds, of which Django's start takes some


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(slug="jira", name="Jira", kind="jira")


@pytest.fixture
def sync(source: Source) -> Sync:
    made = claim(source)
    assert made is not None
    return made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def steps(source: Source, sync: Sync, *states: dict[str, Any]) -> Callable[[float], None]:
    """A worker in the place of the pauses: each moves the sync on."""
    turns: Iterator[dict[str, Any]] = iter(states)

    def move(_: float) -> None:
        if not Sync.objects.get(pk=sync.pk).begun_at:
            assert begin(source, sync)
        Sync.objects.filter(pk=sync.pk).update(heard_at=timezone.now(), **next(turns))

    return move


ISSUES = {"phase": "issues", "records": 310, "total": 1240, "inserted": 300}
END = {"outcome": "done", "finished_at": timezone.now(), "phase": ""}


def test_a_terminal_has_a_bar_that_is_written_over(source: Source, sync: Sync) -> None:
    out = Terminal()
    moved = steps(source, sync, ISSUES, END)
    assert following.show(source, sync, following.Screen(out), pause=moved) == 0
    first, bar, end = out.getvalue().split("\r")[1:]
    assert first.startswith("waits for a worker")
    assert bar.startswith("issues  [######------------------]  310 of 1,240, 300 new")
    assert end.removeprefix("\x1b[K") == "done: 300 new.\n"


def test_elsewhere_each_phase_is_a_line(source: Source, sync: Sync) -> None:
    out = io.StringIO()
    moved = steps(source, sync, ISSUES, ISSUES | {"records": 620}, ISSUES, END)
    following.show(source, sync, following.Screen(out), pause=moved)
    lines = out.getvalue().splitlines()
    assert [one.split("  ")[0] for one in lines] == [
        "waits for a worker",
        "issues",
        "done: 300 new.",
    ]
    assert "\r" not in out.getvalue()
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize(
    ("outcome", "code"), [("done", 0), ("partial", 0), ("parked", 0), ("failed", 1), ("refused", 3)]
)
def test_the_exit_code_is_the_outcome(source: Source, sync: Sync, outcome: str, code: int) -> None:
    out = io.StringIO()
    end = END | {"outcome": outcome, "error": "It said no.", "trouble": "token"}
    moved = steps(source, sync, end)
    assert following.show(source, sync, following.Screen(out), pause=moved) == code
    assert ("What to do: Make a new credential" in out.getvalue()) == (
        outcome not in {"done", "partial"}
    )


def test_a_pace_says_when_it_may_end(source: Source, sync: Sync) -> None:
    out = Terminal()
    began = timezone.now() - timedelta(minutes=1)
    moved = steps(source, sync, ISSUES | {"phase_began_at": began}, END)
    following.show(source, sync, following.Screen(out), pause=moved)
    assert "about 3 minutes more" in out.getvalue()


def test_a_name_that_is_none_is_told_with_those_that_are(source: Source) -> None:
    with pytest.raises(CommandError, match=r"There is no source yira\. There are: jira\."):
        call_command("sync", "yira")
    Source.objects.create(slug="old", name="Old", kind="gone")
    with pytest.raises(CommandError, match="Nothing here reads sources of the kind gone"):
        call_command("remap", "old")


@pytest.mark.django_db(transaction=True)
def test_it_starts_one_or_joins_the_one_under_way(
    source: Source, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("portal.tasks.read_source.delay", lambda *args: sent.append(args))
    call_command("remap", "jira")
    assert Sync.objects.get().from_stored
    call_command("sync", "jira")
    assert len(sent) == Sync.objects.count() == 1
    told = capsys.readouterr().out
    assert "has started" in told
    assert "is under way already" in told


# ── as a person types it ─────────────────────────────────────────────────────


@pytest.fixture
def command(transactional_db: None) -> Iterator[subprocess.Popen[str]]:
    """On the tests' own servers; no worker takes the sync up but the test."""
    source = Source.objects.create(slug="jira", name="Jira", kind="jira")
    assert claim(source) is not None
    with subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "sync", "jira", "--follow"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        yield running
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)


def address() -> str:
    held = connection.settings_dict
    host = held["HOST"]
    return f"postgresql://{held['USER']}@/{held['NAME']}?host={host}"


def said(running: subprocess.Popen[str], words: str) -> None:
    assert running.stdout is not None
    until = time.monotonic() + PATIENCE
    for line in running.stdout:
        assert time.monotonic() < until
        if words in line:
            return
    raise AssertionError(f"it never said {words!r}: {running.stderr and running.stderr.read()}")


def test_it_follows_to_the_end_in_a_process_of_its_own(command: subprocess.Popen[str]) -> None:
    said(command, "waits for a worker")
    Sync.objects.update(outcome="refused", finished_at=timezone.now(), error="It said no.")
    said(command, "It said no.")
    assert command.wait(PATIENCE) == 3


def test_ctrl_c_leaves_it_running_and_says_so(command: subprocess.Popen[str]) -> None:
    said(command, "waits for a worker")
    os.killpg(command.pid, signal.SIGINT)
    said(command, "It goes on. `labledger sync jira --follow` shows it again.")
    assert command.wait(PATIENCE) == 130
    assert Sync.objects.get().outcome == ""
