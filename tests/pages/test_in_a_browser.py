"""Each page with the sample work in it, in a real browser: light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.accounts.saved import SavedView
from sources import engine
from sources.models import Source, Sync
from tests.pages.sample import restored
from tests.pages.test_runs import fill, key_of
from tests.sprints.made import Lab
from tracking.models import Artifact, Run

WIDTHS = {"wide": 1280, "narrow": 390}
# What axe finds depends on the theme and on the width, but hardly on both together.
LOOKS = {("light", "wide"): True, ("dark", "narrow"): True, ("dark", "wide"): False,
         ("light", "narrow"): False}  # fmt: skip


@pytest.fixture
def sample(transactional_db: None, tmp_path: Path, settings: Any) -> None:
    """In tables that are emptied after the test."""
    settings.BLOBS = tmp_path / "blobs"
    restored(settings.BLOBS)


def addresses() -> dict[str, str]:
    """Every page of ours, by the name of its picture."""
    best, other = Run.objects.filter(handle__in=("FORM-53", "FORM-52")).order_by("-handle")
    live = Run.objects.filter(state="running").first() or best
    python = Artifact.objects.filter(run=best, path__endswith=".py").order_by("path")[0]
    both = urlencode([("runs", best.pk), ("runs", other.pk)])
    query = urlencode({"q": "sprint = 49 order by valid/f1.max desc"})
    return {
        "home": "/",
        "runs": "/runs/",
        "runs-query": f"/runs/?{query}",
        "runs-unread": "/runs/?q=lrr+%3E+1",
        "runs-none": "/runs/?q=nothing-like-it",
        "columns": "/runs/columns/?text=loss",
        "views": "/views/",
        "view-add": f"/views/add/?{query}&col=valid/f1.max",
        "view-edit": f"/views/{saved_view().pk}/",
        "run": f"/runs/{best.pk}/",
        "run-live": f"/runs/{live.pk}/",
        "compare": f"/runs/compare/?{both}",
        "diff": f"/runs/{best.pk}/diff/{other.pk}/",
        "text": f"/runs/text/{python.pk}/",
        "search": "/search/?q=augmentation",
        "search-typo": "/search/?q=agumentation",
        "search-none": "/search/?q=qqqqzzzz",
        "search-empty": "/search/",
        "api": "/api/v1/docs/",
        "sources": "/sources/",
        "source": "/sources/archive/",
        "source-add": "/sources/add/",
        "source-form": "/sources/add/?kind=jira",
        "source-edit": "/sources/archive/edit/",
    }


def saved_view() -> SavedView:
    """One of the administrator's own, pinned, and one of the team's."""
    lea, mara = administrator(), User.objects.exclude(username="lea.moreau").order_by("pk")[0]
    query = "sprint = 49 order by valid/f1.max desc"
    SavedView.objects.create(
        owner=mara, name="Failed last week", query="state = failed", shared=True
    )
    own = SavedView.objects.create(owner=lea, name="Best of sprint 49", query=query, shared=True)
    own.pinned_by.add(lea)
    return own


def dress(page: Page, scheme: Any, width: str) -> None:
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    page.emulate_media(color_scheme=scheme)


def drawn(page: Page) -> None:
    """Until its curves are there, if it has some."""
    if page.locator("[data-charts]").count():
        expect(page.locator(".curve canvas").first).to_be_visible()


def administrator() -> User:
    person = User.objects.get(username="lea.moreau")
    person.is_superuser = True
    person.save()
    return person


def test_every_page_keeps_the_rules_in_every_look(
    sample: None, signed_in_page: Any, page_checks: Any, pictures: Any
) -> None:
    """A page is loaded once and dressed anew: one that is turned, or darkens at dusk."""
    page = signed_in_page(administrator())
    page.set_default_timeout(20_000)
    troubles = []
    for name, url in addresses().items():
        page.goto(url)
        drawn(page)
        for (scheme, width), audited in LOOKS.items():
            dress(page, scheme, width)
            try:
                page_checks.nothing_wrong()
                if audited:
                    page_checks.accessible()
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= WIDTHS[width], f"{url} scrolls sideways at {width}: {wide}"
            except AssertionError as broken:
                troubles.append(f"{name} {scheme} {width}: {broken}")
            pictures(page, f"{name}-{scheme}-{width}")
    assert not troubles, "\n".join(troubles)


# ── with a few rows made by hand ─────────────────────────────────────────────


@pytest.fixture
def lab(transactional_db: None) -> Lab:
    made = Lab()
    fill(made, 3)
    made.task("TASK-1", sprint=made.sprint(49))
    return made


@pytest.fixture
def plain_page(lab: Lab, browser: Any, signed_in_page: Any, live_server: Any) -> Iterator[Page]:
    """The lead's browser without scripts."""
    cookies = signed_in_page(lab.lead).context.cookies()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def test_pages_read_without_a_script(lab: Lab, plain_page: Page) -> None:
    run = key_of(lab)
    for url, words in (
        ("/runs/", "focal 1"),
        (f"/runs/{run}/", "valid/loss"),
        (f"/runs/{run}/diff/{key_of(lab, 'DOC-2')}/", "1 of 2 source files differ."),
        ("/search/?q=focal", "DOC-1"),
        ("/sources/tracker/", "It has not been read yet."),
        ("/", "Sprint 49"),
    ):
        plain_page.goto(url)
        expect(plain_page.locator("#content")).to_contain_text(words)


def test_forms_work_without_a_script(lab: Lab, plain_page: Page) -> None:
    page = plain_page
    page.goto("/runs/")
    page.get_by_label("Filter", exact=True).fill("lr > 0.15")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Tick DOC-2").check()
    page.get_by_label("Tick DOC-3").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("h1")).to_have_text("Compare runs")
    page.goto(f"/runs/{key_of(lab)}/")
    page.get_by_label("Task's key").fill("TASK-1")
    page.get_by_role("button", name="Tie to task").click()
    expect(page.locator("#content")).to_contain_text("belongs to TASK-1 now")


def test_the_table_is_walked_ticked_and_compared_from_the_keyboard(
    lab: Lab, signed_in_page: Any, page_checks: Any
) -> None:
    page = signed_in_page(lab.lead)
    page.set_default_timeout(10_000)
    page.goto("/runs/")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("tbody input:checked")).to_have_count(2)
    page.keyboard.press("c")
    expect(page.locator("h1")).to_have_text("Compare runs")
    page.goto("/runs/")
    page.keyboard.press("/")
    page.keyboard.type("DOC-2")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("DOC-2")
    page_checks()


def test_one_series_is_drawn_alone_and_all_again(lab: Lab, signed_in_page: Any) -> None:
    page = signed_in_page(lab.lead)
    page.set_default_timeout(10_000)
    page.goto(f"/runs/{key_of(lab)}/")
    expect(page.locator(".legend li")).to_have_count(2)
    page.locator("#curves table").get_by_role("link", name="valid/loss").click()
    expect(page.locator(".legend li")).to_have_count(1)
    page.get_by_role("link", name="All series").click()
    expect(page.locator(".legend li")).to_have_count(2)


def test_progress_renews_itself_and_rests_at_the_end(
    lab: Lab, signed_in_page: Any, page_checks: Any
) -> None:
    sync = engine.claim(Source.objects.get(slug="tracker"))
    assert sync is not None
    page = signed_in_page(lab.lead)
    page.set_default_timeout(10_000)
    page.goto("/sources/tracker/")
    expect(page.locator("#progress")).to_contain_text("syncing")
    Sync.objects.filter(pk=sync.pk).update(records=3, total=9, heard_at=timezone.now())
    expect(page.locator("#progress progress")).to_have_attribute("value", "3")
    Sync.objects.filter(pk=sync.pk).update(outcome="done", finished_at=timezone.now(), inserted=9)
    expect(page.locator("#progress")).to_contain_text("9 new")
    expect(page.locator("#progress[data-poll]")).to_have_count(0)
    page_checks()
