"""Every part, in a real browser: light and dark, wide and narrow."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from portal.accounts.models import Profile

GALLERY = Path(__file__).parent / "gallery.html"
WIDTHS = {"wide": 1280, "narrow": 390}


def visit(page, path="/", *, width="wide", scheme="light"):
    page.set_default_timeout(5000)
    page.set_viewport_size({"width": WIDTHS[width], "height": 844})
    page.emulate_media(color_scheme=scheme)
    return page.goto(path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_part_keeps_the_rules(gallery_page, page_checks, scheme, width):
    assert visit(gallery_page, width=width, scheme=scheme).status == 200
    expect(gallery_page.locator(".curve canvas")).to_have_count(2)
    page_checks()
    wide = gallery_page.evaluate("document.documentElement.scrollWidth")
    assert wide <= WIDTHS[width], "the page itself scrolls sideways"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_head_cell_stands_exactly_over_its_cells(gallery_page, width):
    visit(gallery_page, width=width)
    columns = gallery_page.evaluate(
        """[...document.querySelectorAll("[data-rows] tr:not(.waiting)")].map(row =>
          [...row.cells].map(cell => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            const text = range.getBoundingClientRect();
            const num = cell.classList.contains("num");
            return Math.round(10 * (num ? text.right : text.left)) / 10;
          }))"""
    )
    head, *rows = columns
    plain = [0, 1, 2, 3, 5, 6, 7, 8]  # 4 is sorted: its arrow stands at the right
    for row in rows:
        assert [row[at] for at in plain] == [head[at] for at in plain]


def test_rows_are_32_px_high(gallery_page):
    visit(gallery_page)
    heights = gallery_page.evaluate(
        """[...document.querySelectorAll("[data-rows] tr")].map(row => row.offsetHeight)"""
    )
    assert set(heights) == {32}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("code", ["403", "404", "500"])
def test_error_pages_keep_the_rules(gallery_page, page_checks, code, scheme):
    visit(gallery_page, f"/errors/{code}/", scheme=scheme)
    page_checks()


def test_the_page_reads_without_a_script(browser, gallery_page, live_server):
    cookies = gallery_page.context.cookies()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{live_server.url}/")
    page.set_default_timeout(5000)
    expect(page.get_by_role("table", name="Runs")).to_have_count(0)
    expect(page.get_by_role("region", name="Runs")).to_contain_text("hypothesis_test")
    page.get_by_role("button", name="Sections").click()
    expect(page.get_by_role("link", name="Hypotheses")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Tick hypothesis_test").check()
    page.get_by_label("Tick mixup").check()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(r"/runs/compare/\?.*&runs=1&runs=3$"))
    context.close()


def test_keys_of_one_letter_can_be_turned_off(gallery_page, page_checks):
    Profile.objects.create(user=User.objects.get(), single_keys=False)
    visit(gallery_page)
    gallery_page.keyboard.press("/")
    expect(gallery_page.locator("#search")).not_to_be_focused()
    gallery_page.keyboard.press("Control+k")
    expect(gallery_page.get_by_role("dialog", name="Go to")).to_be_visible()
