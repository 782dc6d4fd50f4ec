import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page

from tests.sprints.made import Lab


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, settings: Any) -> None:
    """Bytes of one test, and no remembered picture or count of another."""
    settings.BLOBS = tmp_path / "blobs"
    cache.clear()


@pytest.fixture
def lab(db: None) -> Lab:
    return Lab()


def client_of(person: User) -> Client:
    made = Client()
    made.force_login(person)
    return made


@pytest.fixture
def reader(lab: Lab) -> Client:
    """Sees everything, may change nothing."""
    return client_of(lab.viewer)


@pytest.fixture
def lead(lab: Lab) -> Client:
    return client_of(lab.lead)


@pytest.fixture
def stranger(lab: Lab) -> Client:
    """May do what leads may, but sees none of these sources."""
    lab.stranger.user_permissions.set(lab.lead.groups.get().permissions.all())
    return client_of(lab.stranger)


@pytest.fixture
def pictures() -> Callable[[Page, str], None]:
    """`pictures(page, name)` keeps a picture in LABLEDGER_PICTURES, when that is set."""
    folder = os.environ.get("LABLEDGER_PICTURES")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
