"""Settings, tokens, people and an invitation in a real browser: both themes, two widths."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from portal.accounts import people
from portal.accounts.models import ApiToken
from tests.accounts.making import PASSWORD, make_roles, person

pytestmark = pytest.mark.usefixtures("transactional_db")
PICTURES = os.environ.get("LABLEDGER_PICTURES")  # a folder to look at them afterwards
LOOKS = [("light", 1280, 900), ("dark", 390, 844), ("dark", 1280, 900), ("light", 390, 844)]


@pytest.fixture
def ada(transactional_db):
    make_roles()
    ada = person("ada.lindqvist", "administrator", first_name="Ada", last_name="Lindqvist")
    for name, role in (("mara.ost", "contributor"), ("otto.brandt", "lead"), ("noor", "viewer")):
        person(name, role, first_name=name.partition(".")[0].title(), last_name="Brandt")
    people.invite("kim.larsen@lab.test", "deployer")
    people.deactivate(User.objects.get(username="noor"))
    return ada


def drawn(page, checks, name, looks=LOOKS):
    """Nothing wrong, and nothing wider than the window."""
    for theme, width, height in looks:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": height})
        checks()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{theme}-{width}.png"), full_page=True)


def test_settings_keep_the_rules(ada, signed_in_page, page_checks):
    page = signed_in_page(ada)
    page.goto("/settings/")
    drawn(page, page_checks, "settings")
    page.get_by_label("Time zone").select_option("Europe/Warsaw")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Warsaw")
    page.locator(".menu summary").click()
    drawn(page, page_checks, "settings-saved", LOOKS[:2])


def test_a_token_is_made_copied_and_revoked(ada, signed_in_page, page_checks):
    page = signed_in_page(ada)
    page.goto("/settings/tokens/")
    expect(page.get_by_text("You have no token yet.")).to_be_visible()
    drawn(page, page_checks, "tokens-empty")
    ApiToken.make(ada, name="CI of the document team, nightly", scopes=["read", "records"])
    page.goto("/settings/tokens/")
    page.get_by_label("Name").fill("notebook")
    page.get_by_label("Download files of runs").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_label("the new token", exact=True)).to_contain_text("ll_")
    drawn(page, page_checks, "tokens-made")
    page.get_by_role("button", name="Revoke notebook").click()
    expect(page.get_by_text("notebook is revoked")).to_be_visible()
    drawn(page, page_checks, "tokens-revoked", LOOKS[:2])


def test_an_invitation_from_the_link_to_the_first_page(ada, signed_in_page, page_checks):
    page = signed_in_page(ada)
    page.goto("/settings/people/")
    drawn(page, page_checks, "people")
    page.get_by_label("E-mail").fill("eve@lab.test")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("the invitation's link", exact=True).text_content()
    drawn(page, page_checks, "people-invited")
    page.context.clear_cookies()
    page.goto(link)
    drawn(page, page_checks, "invitation")
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password confirmation").fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("too short")).to_be_visible()
    drawn(page, page_checks, "invitation-refused", LOOKS[:2])
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_label("User name or email").fill("eve")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url("/")
    page.goto(link)
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    drawn(page, page_checks, "invitation-over", LOOKS[:2])
