"""The records' pages in a real browser, from a run to a sealed record: both themes, two widths."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from handoff import draft
from handoff.models import Record
from tests.handoff.conftest import person
from tests.pages.sample import restored
from tracking.models import Run

PICTURES = os.environ.get("LABLEDGER_PICTURES")  # a folder to look at them afterwards
WIDE, NARROW = (1280, 900), (390, 844)
# Both themes and both widths: hardly anything hangs on the two together.
LOOKS = (("light", WIDE), ("dark", NARROW))


@pytest.fixture
def filled(transactional_db, tmp_path, settings):
    settings.BLOBS = tmp_path / "blobs"
    restored(settings.BLOBS)


def drawn(page: Page, checks, name: str) -> None:
    """Nothing wrong, and nothing wider than the window."""
    for theme, (width, height) in LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": height})
        checks()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{theme}-{width}.png"), full_page=True)


def test_from_a_run_to_a_sealed_record(filled, signed_in_page, page_checks, live_server):
    lead = person("lea.moreau")
    page = signed_in_page(lead)
    page.goto("/records/")
    expect(page.get_by_text("No records yet.")).to_be_visible()
    drawn(page, page_checks, "index-empty")

    run = Run.objects.get(handle="FORM-53")
    page.goto(f"/runs/{run.pk}/")
    page.get_by_role("button", name="Start a record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("form-reading, draft")
    drawn(page, page_checks, "draft")

    page.get_by_label("Inference command").fill("python code/inference/code.py {checkpoint} 'x")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A quotation mark of the command is not closed.")).to_be_visible()
    drawn(page, page_checks, "draft-refused")

    page.get_by_label("Inference command").fill(
        "python code/inference/code.py {checkpoint} {input} {output}"
    )
    page.get_by_label("Licence").fill("Apache-2.0")
    page.get_by_label("Intended use").fill("Single hand-filled digits, cropped to one pixel.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Written down, with your name and the time.")).to_be_visible()
    expect(page.locator("#checklist").get_by_text("Apache-2.0 (lea.moreau)")).to_be_visible()

    page.get_by_role("button", name="Seal version 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("form-reading, version 1")
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    sealed = Record.objects.get(sealed_at__isnull=False)
    expect(page.get_by_label("the record's digest", exact=True)).to_have_text(
        f"sha256:{sealed.digest}"
    )
    drawn(page, page_checks, "record")

    again = draft.start(Run.objects.get(handle="FORM-55"), by=lead)
    page.goto(f"/records/{again.pk}/")
    page.get_by_role("button", name="Seal version 2").click()
    expect(page.get_by_role("link", name="Version 1")).to_be_visible()
    drawn(page, page_checks, "record-second")
    page.goto(f"/records/{sealed.pk}/")
    expect(page.get_by_text("There is a newer one.")).to_be_visible()
    draft.start(Run.objects.get(handle="FORM-47"), by=lead)
    page.goto("/records/")
    drawn(page, page_checks, "index")
    page.goto("/records/?q=nothing-like-it")
    drawn(page, page_checks, "index-filtered")
