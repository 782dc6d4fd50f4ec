from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from sources.models import Source


@pytest.fixture
def source(db: None) -> Source:
    """Seen by whoever is in the group "lab"."""
    held = Source.objects.create(slug="lab", name="Lab", kind="neptune-archive")
    held.viewers.add(Group.objects.create(name="lab"))
    return held


@pytest.fixture
def reader(source: Source) -> Any:
    person = User.objects.create_user("reader")
    person.groups.add(Group.objects.get(name="lab"))
    return person
