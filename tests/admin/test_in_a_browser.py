"""The admin under our strict policy, in a real browser: lists, forms, and asking."""

import os
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from portal.accounts.models import ApiToken
from sources.models import Cursor, Source, Sync
from tests.accounts.making import make_roles, person
from tests.admin.conftest import fill
from tracking.models import Artifact, Blob, Metric, RoleRule, Run

pytestmark = pytest.mark.usefixtures("transactional_db")
PICTURES = os.environ.get("LABLEDGER_PICTURES")  # a folder to look at them afterwards
CHANGED = (Source, Sync, Cursor, Run, Artifact, Metric, Blob, RoleRule, ApiToken, Group)


@pytest.fixture
def roles(transactional_db):
    make_roles()
    RoleRule.objects.get_or_create(order=10, defaults={"path": "*.png", "role": "plot"})


@pytest.fixture
def ada(roles, source):
    """All rights, so every page is there."""
    ada = person("ada", "administrator", is_superuser=True)
    fill(source, runs=3)
    ApiToken.make(ada, name="nightly", scopes=["read"])
    Source.objects.filter(pk=source.pk).update(paused=True)
    return ada


def address_of(model, page, *keys):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=keys)


def test_every_page_keeps_the_policy(ada, signed_in_page, page_checks):
    page = signed_in_page(ada)
    page.set_default_timeout(10_000)
    lists = [address_of(model, "changelist") for model in admin.site._registry]
    forms = [address_of(model, "change", model.objects.first().pk) for model in CHANGED]
    for address in ["/admin/", *sorted(lists), *forms]:
        answer = page.goto(address)
        assert answer.status == 200, address
        expect(page.locator("#site-name")).to_contain_text("Labledger")
        page_checks.nothing_wrong()
        if PICTURES:
            name = address.strip("/").replace("/", "-")
            page.screenshot(path=Path(PICTURES, f"{name}.png"))


def test_a_source_is_removed_by_asking_first(ada, source, signed_in_page, page_checks):
    page = signed_in_page(ada)
    page.goto("/admin/sources/source/")
    page.get_by_role("checkbox", name="Select this object").first.check()
    page.locator("select[name=action]").select_option("remove")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("button", name="Remove them")).to_be_visible()
    page_checks.nothing_wrong()
    if PICTURES:
        page.screenshot(path=Path(PICTURES, "admin-remove.png"))
    page.get_by_role("link", name="Leave them").click()
    expect(page.get_by_role("link", name="Lab archive")).to_be_visible()
    assert Source.objects.filter(pk=source.pk).exists()
