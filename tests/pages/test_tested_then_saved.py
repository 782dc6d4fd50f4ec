"""A stranger's way to a source: fill the form, test the connection, save. In a browser."""

from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from demo import jira
from sources.models import Source
from tests.sprints.made import Lab

PEOPLE = [{"name": "mia", "displayName": "Mia Ode", "email": "m@x.y", "token": "right"}]
STORY = {"users": PEOPLE, "projects": [{"key": "DOC", "name": "Documents"}], "issues": []}


def form_of(page: Page, address: str) -> Page:
    page.set_default_timeout(10_000)
    page.goto("/sources/add/?kind=jira")
    page.get_by_label("Name", exact=True).fill("Our Jira")
    page.get_by_label("Address").fill(address)
    page.get_by_label("Account's e-mail").fill("m@x.y")
    return page


def test_a_token_that_was_tested_need_not_be_typed_again_to_save_it(
    lab: Lab, signed_in_page: Any, page_checks: Any
) -> None:
    administrator = User.objects.create_superuser("root", "root@example.org", "p")
    with jira.Practice(jira.State.of(STORY), mode="cloud", port=0) as practice:
        page = form_of(signed_in_page(administrator), practice.url)
        page.get_by_label("API token").fill("wrong")
        page.get_by_role("button", name="Test connection").click()
        expect(page.locator("#tested")).to_contain_text("does not know this token")
        page.get_by_label("API token").fill("right")
        page.get_by_role("button", name="Test connection").click()
        expect(page.locator("#tested")).to_contain_text("Mia Ode")
        page_checks()
        page.get_by_role("button", name="Save and sync").click()
        expect(page.locator("h1")).to_have_text("Our Jira")
    assert Source.objects.get(name="Our Jira").secret == "right"


def test_a_form_that_cannot_be_tested_says_which_field_lacks_what(
    lab: Lab, signed_in_page: Any
) -> None:
    administrator = User.objects.create_superuser("root", "root@example.org", "p")
    page = form_of(signed_in_page(administrator), "ftp://jira.example")
    page.get_by_label("API token").fill("right")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#tested")).to_contain_text("Nothing was asked or saved. Address:")
    expect(page.get_by_label("API token")).to_have_value("right")
