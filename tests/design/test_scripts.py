"""What the scripts add: keys, the palette, copying, ticks, polling, curves."""

import re

import pytest
from playwright.sync_api import expect

from tests.design import gallery
from tests.design.test_gallery import visit


@pytest.fixture
def page(gallery_page, page_checks):
    """The gallery; what a script gets wrong fails the test at its end."""
    visit(gallery_page)
    return gallery_page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


# ── keys ──


def test_a_slash_goes_to_the_search_field(page):
    press(page, "/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")


def test_g_and_a_letter_go_to_a_section(page, live_server):
    press(page, "g", "r")
    expect(page).to_have_url(f"{live_server.url}/runs/")


def test_a_question_mark_lists_the_keys(page, page_checks):
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page_checks()
    press(page, "Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_keys_rest_while_one_types(page):
    page.get_by_label("Filter", exact=True).fill("")
    press(page, "g", "r", "/", "?", "x")
    expect(page.get_by_label("Filter", exact=True)).to_have_value("gr/?x")


def test_the_menu_of_the_person_closes_when_one_looks_elsewhere(page, page_checks):
    menu = page.locator("details[data-menu]")
    menu.locator("summary").click()
    expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    page_checks()
    page.locator("h1").click()
    expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()


# ── the palette ──


def test_the_palette_goes_where_one_chooses(page, page_checks, live_server):
    press(page, "Control+k")
    options = page.locator("#palette-list [role=option]")
    expect(options).to_have_count(3)
    page_checks()
    page.get_by_role("combobox", name="Go to").press_sequentially("ir")
    expect(options).to_have_count(2)
    press(page, "ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    press(page, "Enter")
    expect(page).to_have_url(f"{live_server.url}/gallery/third/")


def test_escape_closes_the_palette_whatever_was_typed(page):
    press(page, "Control+k")
    field = page.get_by_role("combobox", name="Go to")
    field.press_sequentially("ir")
    press(page, "Escape")
    expect(field).to_be_hidden()


def test_the_palette_says_when_nothing_is_found(page):
    press(page, "Control+k")
    page.get_by_role("combobox", name="Go to").fill("zzz")
    expect(page.locator(".palette-note")).to_contain_text("Nothing found")


def test_the_palette_says_when_the_search_is_out_of_order(page, page_checks):
    page.route("**/search/palette/**", lambda route: route.abort("blockedbyclient"))
    press(page, "Control+k")
    expect(page.locator(".palette-note")).to_contain_text("does not answer")
    page_checks.troubles.clear()  # the aborted request is this test's own


# ── copying ──


def test_a_copy_button_copies_and_says_so(page, page_checks):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy the key")
    button.click()
    expect(button).to_contain_text("Copied")
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "DOC-2698"
    page_checks()


def test_the_pages_own_link_is_copied_as_it_is_by_then(page, page_checks):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("history.replaceState(null, '', '?x=time#curves')")
    page.get_by_role("button", name="Copy the link to this page").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.url.endswith("?x=time#curves")


# ── ticks and rows ──


def test_j_k_and_x_walk_and_tick_rows_and_c_compares(page, page_checks):
    bar = page.locator("[data-bar]")
    expect(bar).to_be_hidden()
    press(page, "j", "x", "j", "j", "k", "x")
    expect(page.get_by_label("Tick hypothesis_test")).to_be_checked()
    expect(page.get_by_label("Tick size_768")).to_be_checked()
    expect(bar).to_contain_text("2 ticked")
    expect(bar.get_by_role("button", name="Compare 2")).to_be_visible()
    page_checks()
    press(page, "c")
    expect(page).to_have_url(re.compile(r"/runs/compare/\?.*&runs=1&runs=2$"))


def test_enter_opens_the_row(page, live_server):
    press(page, "j", "j", "Enter")
    expect(page).to_have_url(f"{live_server.url}/gallery/2/")


def test_one_ticked_row_cannot_be_compared(page):
    page.get_by_label("Tick mixup").check()
    expect(page.locator("[data-compare]")).to_be_disabled()


def test_the_head_ticks_all_and_shift_ticks_between(page):
    page.get_by_label("Tick all").check()
    expect(page.locator("[data-bar]")).to_contain_text("4 ticked")
    page.get_by_label("Tick all").uncheck()
    expect(page.locator("[data-bar]")).to_be_hidden()
    page.get_by_label("Tick hypothesis_test").check()
    page.get_by_label("Tick mixup").click(modifiers=["Shift"])
    expect(page.locator("[data-bar]")).to_contain_text("3 ticked")


def test_ticks_come_back_with_the_page(page):
    page.get_by_label("Tick hypothesis_test").check()
    page.get_by_label("Tick mixup").check()
    with page.expect_navigation():
        press(page, "c")
    page.go_back()
    expect(page.locator("[data-bar]")).to_contain_text("2 ticked")


# ── polling ──


def test_a_progress_renews_itself_until_it_is_over(page, page_checks):
    page.goto("/syncing/")
    progress = page.locator("#content .progress")
    expect(progress).to_contain_text("finished issues")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "3")
    assert gallery.Sync.asked == [200, 304, 200, 304, 200]
    page.wait_for_timeout(300)
    assert len(gallery.Sync.asked) == 5
    page_checks()


def test_polling_ends_when_the_page_may_not_ask(page, page_checks):
    asked = []
    page.route("**/syncing/progress/", lambda route: (asked.append(1), route.fulfill(status=403)))
    page.goto("/syncing/")
    page.wait_for_timeout(400)
    assert len(asked) == 1
    page_checks.troubles.clear()  # the refusal is this test's own


# ── curves ──


def test_curves_keep_their_choices_in_the_address(page, page_checks):
    page.get_by_label("Scale").select_option("log")
    page.get_by_label("Smoothing").fill("0.6")
    assert "scale=log" in page.url
    assert "smooth=0.6" in page.url
    page.get_by_label("Scale").select_option("linear")
    assert "scale" not in page.url
    page_checks()


def test_dragging_over_a_curve_asks_for_that_range(page, page_checks):
    canvas = page.locator(".curve-plot .u-over").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    with page.expect_response("**/series/?x=step&from=*&to=*") as answer:
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=4)
        page.mouse.up()
    steps = answer.value.json()["charts"][0]["series"][0]["x"]
    assert 45 <= steps[0] <= 52
    assert 97 <= steps[-1] <= 102
    assert "from=" in page.url
    page.get_by_role("button", name="Whole range").click()
    expect(page.get_by_role("button", name="Whole range")).to_be_hidden()
    assert "from=" not in page.url


def test_a_curve_can_be_hidden_from_its_legend(page):
    name = page.get_by_role("button", name="train", exact=True)
    expect(name).to_have_attribute("aria-pressed", "true")
    name.click()
    expect(name).to_have_attribute("aria-pressed", "false")


def test_a_canvas_is_told_in_words(page):
    picture = page.get_by_role("img", name="loss: train best 0.02769 at 195; validation")
    expect(picture).to_be_visible()


def test_times_are_an_axis_of_their_own(page, page_checks):
    with page.expect_response("**/series/?x=time") as answer:
        page.get_by_label("Along").select_option("time")
    assert answer.value.ok
    expect(page.locator(".curve canvas")).to_have_count(2)
    page_checks()


def test_a_chart_without_a_point_says_so(page, page_checks):
    empty = {"title": "f1", "unit": "", "series": [{"label": "train", "x": [], "y": []}]}
    page.route("**/series/**", lambda route: route.fulfill(json={"charts": [empty]}))
    page.get_by_label("Along").select_option("time")
    expect(page.locator(".curve")).to_have_count(1)
    expect(page.locator(".curve")).to_have_text("f1No point was logged in this range.")
    page_checks()


def test_curves_say_when_they_cannot_be_read(page, page_checks):
    page.route("**/series/**", lambda route: route.fulfill(status=503))
    page.get_by_label("Along").select_option("time")
    expect(page.locator("[data-curves-note]")).to_contain_text("could not be read")
    page_checks.troubles.clear()  # the 503 is this test's own
