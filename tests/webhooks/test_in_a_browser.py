"""A change in Jira reaches a page that is open, by way of its webhook and a real worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import expect

from demo.jira import Practice, State
from demo.jira.webhooks import Webhooks
from portal import tasks
from portal.processes import HINTS, QUEUE
from sources.webhooks.receiving import open_door
from tests.sprints_streams.story import STORY
from tests.webhooks.conftest import source_of

WITHIN = 5_000  # milliseconds, from the change to the page


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A Celery worker of its own on this test's database and queue; its log."""
    before, _, query = os.environ["DATABASE_URL"].partition("?")
    url = f"{before.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{query}"
    command = [sys.executable, "-m", "celery", "--app", "portal.celery:app", "worker"]
    command += ["--queues", f"{QUEUE},{HINTS}"]
    quiet = ["--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with (tmp_path / "worker.log").open("w") as log:
        process = subprocess.Popen(
            [*command, *quiet], env=os.environ | {"DATABASE_URL": url}, stdout=log, stderr=log
        )
        yield tmp_path / "worker.log"
        process.send_signal(signal.SIGQUIT)
        process.wait(20)


def until(done: Any, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_a_webhook_reaches_an_open_page_within_seconds(
    worker: Path, live_server: Any, signed_in_page: Any, page_checks: Any
) -> None:
    cache.clear()
    with Practice(State.of(STORY)) as practice:
        source = source_of(practice)
        tasks.start_sync(source)
        until(lambda: source.syncs.filter(outcome__in=("done", "partial")).exists())
        page = signed_in_page(User.objects.create_superuser("root"))
        page.goto("/t/DOC-2/")
        expect(page.locator("h1")).to_contain_text("Train a better model")
        door = open_door(source, signed=True)
        with Webhooks(
            practice, f"{live_server.url}/hooks/{door.token}/", secret=door.secret
        ) as sent:
            practice.state.edit("DOC-2", by="mia", summary="Train the best model")
            expect(page.locator("h1")).to_contain_text("Train the best model", timeout=WITHIN)
            page_checks()
            page.get_by_label("Run's id").focus()
            practice.state.edit("DOC-2", by="mia", summary="Train no model")
            expect(page.locator("[data-moved]")).to_be_visible(timeout=WITHIN)
            expect(page.locator("h1")).to_contain_text("Train the best model")
            page_checks()
            page.get_by_role("link", name="Show").click()
            expect(page.locator("h1")).to_contain_text("Train no model")
        assert set(sent.sent) == {200}


def test_the_webhooks_page_keeps_the_rules(
    transactional_db: None, signed_in_page: Any, page_checks: Any
) -> None:
    with Practice(State.of(STORY)) as practice:
        source = source_of(practice)
    page = signed_in_page(User.objects.create_superuser("root"))
    page.goto(f"/sources/{source.slug}/webhook/")
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("shown only now")).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page_checks()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder := os.environ.get("LABLEDGER_PICTURES"):
            page.screenshot(path=Path(folder) / f"webhook-{scheme}.png", full_page=True)
