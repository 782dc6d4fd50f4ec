"""Every part, in a real browser: light and dark, wide and narrow."""

import pytest

WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_part_keeps_the_rules(gallery_page, page_checks, scheme, width):
    gallery_page.set_viewport_size({"width": WIDTHS[width], "height": 844})
    gallery_page.emulate_media(color_scheme=scheme)
    assert gallery_page.goto("/").status == 200
    page_checks()
