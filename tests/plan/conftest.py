import pytest
from django.core.cache import cache
from django.test import Client

from tests.sprints.made import Lab


@pytest.fixture
def lab(db: None) -> Lab:
    cache.clear()
    return Lab()


@pytest.fixture
def reader(lab: Lab) -> Client:
    """Sees everything, may change nothing."""
    client = Client()
    client.force_login(lab.viewer)
    return client


@pytest.fixture
def lead(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.lead)
    return client


@pytest.fixture
def stranger(lab: Lab) -> Client:
    """May do what leads may, but sees none of these sources."""
    client = Client()
    person = lab.stranger
    person.user_permissions.set(lab.lead.groups.get().permissions.all())
    client.force_login(person)
    return client
