"""The outbox's pages in a real browser, with rows in every state.

Light at 1280 px and dark at 390: no violation of the security policy, nothing that
axe finds, no console error, nothing wider than the window.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from sprints.models import Task
from sprints.outbox import asking
from tests.browsing import PageChecks, SignIn
from tests.outbox.desk import LEA, Desk
from tests.outbox.kinds import KINDS

PICTURES = os.environ.get("LABLEDGER_PICTURES")  # a folder to look at them afterwards
MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@pytest.fixture
def manner() -> str:
    return "cloud"


def fill(desk: Desk) -> None:
    """Rows of every kind and state, with words as people write them."""
    desk.decide(reason="Three seeds agree; the rare classes gain most.\nDetails in the run.")
    asking.log_work(desk.task, seconds=5400, started=MORNING, text="Sweep", by=desk.lead)
    desk.deliver()
    desk.practice.faults.add("status", method="PUT", path="/comment/", status=403)
    desk.decide("refuted", "The fourth seed does not agree.")
    desk.deliver()
    asking.move(desk.task, "Waiting for review", by=desk.lead)
    asking.new_hypothesis(
        desk.task, by=desk.lead, summary="Focal loss lifts F1 on rare classes", metric="valid/f1",
        direction="max", threshold=0.93, text="Rare classes drown in the mean.",
    )  # fmt: skip
    desk.deliver()
    desk.practice.faults.add("status", method="PUT", status=429, retry_after=900)
    asking.relabel(desk.other, add=["augmentation", "q4"], remove=["old"], by=desk.lead)
    KINDS["worklog"].ask(desk)
    desk.deliver()
    desk.sync(int(desk.claim.external_id), int(desk.task.external_id))
    Task.objects.update(sprint=desk.lab.sprint(49, source=desk.jira))


def drawn(page: Page, checks: PageChecks, name: str) -> None:
    for theme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        checks()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide"
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{theme}-{width}.png"), full_page=True)


def test_every_page_of_the_outbox(
    lasting_desk: Desk, signed_in_page: SignIn, page_checks: PageChecks
) -> None:
    desk = lasting_desk
    fill(desk)
    desk.token_of(desk.lead, LEA, "lea@example.org")
    refused, moved = desk.write("comment"), desk.write("move")
    boss = desk.lab.person("boss", "administrator")
    desk.jira.viewers.add(*boss.groups.all())
    desk.lab.tracker.viewers.add(*boss.groups.all())
    page = signed_in_page(desk.lead)
    for name, url in (
        ("outbox", "/outbox/"),
        ("outbox-refused", "/outbox/?state=refused"),
        ("outbox-none", "/outbox/?state=dry"),
        ("outbox-comment", f"/outbox/{refused.pk}/"),
        ("outbox-move", f"/outbox/{moved.pk}/"),
        ("outbox-task", f"/t/id/{desk.task.pk}/jira/"),
        ("outbox-sprint", "/sprints/49/"),
        ("outbox-token", "/settings/jira/"),
        ("outbox-beside-hypothesis", f"/h/{desk.claim.name}/"),
        ("outbox-beside-task", f"/t/{desk.task.name}/"),
    ):
        page.goto(url)
        drawn(page, page_checks, name)
    signed_in_page(desk.lab.viewer)  # who sees why they may not
    for name, url in (
        ("outbox-viewer", f"/outbox/{refused.pk}/"),
        ("outbox-viewer-task", f"/t/id/{desk.task.pk}/jira/"),
    ):
        page.goto(url)
        drawn(page, page_checks, name)
    signed_in_page(boss).goto("/outbox/")
    drawn(page, page_checks, "outbox-administrator")
    page.get_by_role("button", name="Off").click()
    page.get_by_text("Nothing is written.").first.wait_for()
