"""The plan's pages in a real browser, over the sample work that real connectors read.

Light at 1280 px and dark at 390: no violation of the security policy, nothing that
axe finds, no console error, nothing wider than the window.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from sprints.models import Sprint, Task, Verdict
from tests.browsing import PageChecks, SignIn
from tests.pages.sample import restored
from tests.sprints.made import Lab

PICTURES = os.environ.get("LABLEDGER_PICTURES")  # a folder to look at them afterwards


@pytest.fixture
def sample(transactional_db: None, tmp_path: Path, settings: Any) -> None:
    settings.BLOBS = tmp_path / "blobs"
    restored(settings.BLOBS)


def drawn(page: Page, checks: PageChecks, name: str) -> None:
    """Every theme and every width once: contrast does not depend on the width."""
    for theme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        checks()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide"
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{theme}-{width}.png"), full_page=True)


def test_the_sample_work_on_every_page(
    sample: None, signed_in_page: SignIn, page_checks: PageChecks
) -> None:
    page = signed_in_page(User.objects.get(username="lea.moreau"))
    for name, url, seen in (
        ("sprints", "/sprints/", "Sprint 49"),
        ("sprint", "/sprints/49/", "Reach macro F1 0.985"),
        ("sprint-closed", "/sprints/48/?count=tasks", "Carried on"),
        ("hypotheses", "/hypotheses/", "of 25 decided"),
        ("hypotheses-none", "/hypotheses/?outcome=dropped", "No hypothesis is as asked."),
        ("task", "/t/DOC-2668/", "Read whole amounts of five boxes"),
        ("task-without-runs", "/t/DOC-2714/", "No runs name DOC-2714 yet."),
        ("inbox", "/inbox/", "Tie to DOC-2656"),
    ):
        page.goto(url)
        expect(page.locator("#content")).to_contain_text(seen)
        drawn(page, page_checks, name)

    page.goto("/h/DOC-2683/")
    expect(page.locator("#claim-curves canvas")).to_be_visible()
    drawn(page, page_checks, "hypothesis")


def test_a_verdict_a_claim_and_a_tie(
    sample: None, signed_in_page: SignIn, page_checks: PageChecks
) -> None:
    page = signed_in_page(User.objects.get(username="lea.moreau"))
    page.goto("/h/DOC-2684/")
    page.get_by_role("link", name="Give a verdict").click()
    page.get_by_label("refuted").check()
    page.locator("#verdict").get_by_label("Deciding run").select_option("")
    page.get_by_role("button", name="Give another verdict").click()
    expect(page.locator("#verdict")).to_contain_text("need the run that decided it")
    drawn(page, page_checks, "verdict-refused")
    page.locator("#verdict").get_by_label("Deciding run").select_option(index=1)
    page.locator("#verdict").get_by_label("Reason").fill("Looked again, with four seeds.")
    page.get_by_role("button", name="Give another verdict").click()
    expect(page.locator("#verdict")).to_contain_text("Looked again, with four seeds.")
    held = Verdict.objects.order_by("-at").first()
    assert held is not None
    assert (held.outcome, held.by.username) == ("refuted", "lea.moreau")

    page.locator("#claim").get_by_label("Baseline").fill("no such run")
    page.get_by_role("button", name="Save the claim").click()
    expect(page.locator("#claim")).to_contain_text("No run and no task is called")
    drawn(page, page_checks, "claim-refused")

    page.goto("/inbox/")
    page.get_by_role("button", name="Tie to DOC-2656").click()
    expect(page.locator("#content")).to_contain_text("FORM-50 belongs to DOC-2656 now.")
    page.get_by_label("Tick FORM-7", exact=True).check()
    page.get_by_role("button", name="Put the ticked runs aside").click()
    expect(page.locator("#content")).to_contain_text("FORM-7 put aside.")
    page.goto("/inbox/?word=sprint46!")
    expect(page.get_by_role("button", name="Tie the only one of sprint46!")).to_be_visible()
    drawn(page, page_checks, "inbox-of-a-word")


def test_a_viewer_reads_without_a_script(
    sample: None, browser: Any, browser_context_args: Any, live_server: Any, settings: Any
) -> None:
    """Everything is there, and what a viewer may not do says why."""

    client = Client()
    client.force_login(User.objects.get(username="kit.novak"))
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto("/sprints/49/")
    expect(page.locator("svg.broad")).to_be_visible()
    expect(page.locator("#hypotheses tbody tr")).to_have_count(6)
    page.goto("/h/DOC-2683/")
    expect(page.locator("#content")).to_contain_text("Giving a verdict needs the role")
    expect(page.locator("#runs")).to_contain_text("FORM-53")
    context.close()


def test_empty_and_ambiguous_pages(
    transactional_db: None, signed_in_page: SignIn, page_checks: PageChecks
) -> None:
    lab = Lab()
    page = signed_in_page(lab.lead)
    for name in ("sprints", "hypotheses", "inbox"):
        page.goto(f"/{name}/")
        expect(page.locator(".blank")).to_be_visible()
        drawn(page, page_checks, f"{name}-empty")
    lab.sprint(49, starts_at=None)
    lab.sprint(49, board=lab.board("Theirs"), external_id=7)
    lab.claim("DOC-1")
    lab.task("DOC-1", source=lab.source("other", "jira"))
    empty = Sprint.objects.get(starts_at=None)
    for name, url in (
        ("sprint-empty", f"/sprints/id/{empty.pk}/"),
        ("sprint-choice", "/sprints/49/"),
        ("task-choice", "/t/DOC-1/"),
        ("hypothesis-bare", f"/h/id/{Task.objects.get(is_hypothesis=True).pk}/"),
    ):
        page.goto(url)
        drawn(page, page_checks, name)


def test_a_key_that_two_sources_have_is_asked_about(
    transactional_db: None, signed_in_page: SignIn, page_checks: PageChecks
) -> None:
    lab = Lab()
    run = lab.run("R-1", name="focal loss")
    lab.task("DOC-7", summary="Read whole amounts of five boxes", status="In Progress")
    lab.task("DOC-7", source=lab.source("second", "jira"), summary="Draft the data sheet")
    page = signed_in_page(lab.lead)
    page.goto(f"/runs/{run.pk}/")
    page.get_by_label("Task's key").fill("doc-7")
    page.get_by_role("button", name="Tie to task").click()
    expect(page.locator("#content")).to_contain_text("Several tasks have this key")
    drawn(page, page_checks, "which-task")
    page.get_by_role("button", name="Tie to DOC-7 of Second").click()
    expect(page.locator("#content")).to_contain_text("Draft the data sheet")
    expect(page.locator("#content")).not_to_contain_text("Read whole amounts")
