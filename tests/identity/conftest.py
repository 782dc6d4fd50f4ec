from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from sources.models import Source
from sprints.mail import mail_mark
from sprints.models import Member
from tests.sprints.made import Lab


@pytest.fixture(autouse=True)
def no_memory() -> None:
    cache.clear()


@pytest.fixture
def lab(db: None) -> Lab:
    return Lab()


@pytest.fixture
def ada(lab: Lab) -> User:
    """An administrator who sees both sources."""
    return administrator(lab)


def administrator(lab: Lab, name: str = "ada") -> User:
    made = User.objects.create_user(name, f"{name}@lab.test", is_staff=True)
    made.groups.add(Group.objects.get(name="administrator"))
    for source in (lab.jira, lab.tracker):
        source.viewers.add(Group.objects.get(name="administrator"))
    return made


def client_of(person: User) -> Client:
    made = Client()
    made.force_login(person)
    return made


@pytest.fixture
def client_of_ada(ada: User) -> Client:
    return client_of(ada)


@pytest.fixture
def member(lab: Lab) -> Callable[..., Member]:
    """`member("Mia Ode", mail="…", source=…)`: a Jira account, as a sync leaves it."""

    def make(name: str, *, mail: str = "", source: Source | None = None, **more: Any) -> Member:
        row = lab.mirrored(source or lab.jira, "member", more.pop("number", None))
        return Member.objects.create(**row, name=name, mail=mail_mark(mail), **more)

    return make


@pytest.fixture
def mia(lab: Lab) -> User:
    """Somebody who may read everything here."""
    made = User.objects.create_user(
        "mia.ode", "mia.ode@lab.test", first_name="Mia", last_name="Ode"
    )
    made.groups.add(Group.objects.get(name="contributor"))
    return made
