"""Ties and erasing with the sample work, in a real browser: both themes, two widths."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from portal.accounts.ties.models import ErasedAccount
from sprints.models import Verdict
from tests.pages.sample import restored

PICTURES = os.environ.get("LABLEDGER_PICTURES")  # a folder to look at them afterwards
# Both themes and both widths: hardly anything hangs on the two together.
LOOKS = [("light", 1280), ("dark", 390)]


@pytest.fixture
def lea(transactional_db: None, tmp_path: Path, settings: Any) -> User:
    """The sample's lead, as its administrator."""
    settings.BLOBS = tmp_path / "blobs"
    restored(settings.BLOBS)
    lea = User.objects.get(username="lea.moreau")
    lea.groups.set([Group.objects.get(name="administrator")])
    return lea


def test_from_a_proposal_to_ones_own_runs_and_to_an_erasure(
    lea: User, signed_in_page: Any, page_checks: Any
) -> None:
    page = signed_in_page(lea)
    page.set_default_timeout(20_000)

    def drawn(name: str) -> None:
        """Nothing wrong, and nothing wider than the window."""
        for theme, width in LOOKS:
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 900})
            page_checks()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if PICTURES:
                page.screenshot(path=Path(PICTURES, f"{name}-{theme}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})

    page.goto("/settings/people/")
    drawn("people")
    page.get_by_role("link", name="Accounts outside").click()
    drawn("accounts")
    tie_all(page, "Jun Kato")
    expect(page.get_by_text("is tied to").first).to_be_visible()
    page.get_by_role("button", name="No:").first.click()
    drawn("accounts-decided")
    page.goto("/settings/people/accounts/?q=xyzzy")
    drawn("accounts-nothing")
    jun = User.objects.get(username="jun.kato")
    page.goto(f"/people/{jun.pk}/")
    drawn("person")
    page.goto(f"/settings/people/{jun.pk}/erase/")
    drawn("erase")
    page.get_by_label("Their user name").fill(jun.username)
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_text(f"by Former person {jun.pk} from now on")).to_be_visible()
    drawn("people-erased")
    assert ErasedAccount.objects.count() >= 2  # in Jira, and in a tracker
    verdict = Verdict.objects.filter(by=jun).first()
    if verdict:
        page.goto(f"/h/id/{verdict.task_id}/")
        expect(page.get_by_text(f"Former person {jun.pk}").first).to_be_visible()
    tie_all(page, lea.get_full_name())
    page.goto("/")
    expect(page.get_by_role("heading", name="My runs")).to_be_visible()
    drawn("home-tied")


def tie_all(page: Page, name: str) -> None:
    """Says yes to every proposal for one person."""
    page.goto("/settings/people/accounts/")
    mine = page.get_by_role("button", name=f" is {name}").and_(
        page.get_by_role("button", name="Yes")
    )
    assert mine.count(), name
    while mine.count():
        mine.first.click()
        page.wait_for_load_state()
