import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page


@pytest.fixture
def gallery_page(settings, signed_in_page, live_server, transactional_db) -> Page:
    settings.ROOT_URLCONF = "tests.design.gallery"
    settings.SHELL_FACTS = "tests.design.gallery.shell_facts"
    person = User.objects.create_user("mara", first_name="Mara", last_name="O.")
    return signed_in_page(person)
