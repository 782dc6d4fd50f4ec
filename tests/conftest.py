"""The ground of every test: real servers, a closed net, a zone that is not UTC.

Django's settings are read here, after the environment names the servers, and
before any other conftest imports a model.
"""

import gc
import os
import time

import django
import hypothesis
import pytest
from cryptography.fernet import Fernet
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests import loopback, pristine, servers

# Playwright's own loop runs in the test's thread, where Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["LABLEDGER_SECRET_KEY"] = "only-for-tests-and-the-same-in-each-of-their-workers"
os.environ["LABLEDGER_CREDENTIAL_KEYS"] = Fernet.generate_key().decode()
os.environ["LABLEDGER_PLAIN_STATIC"] = "yes"
for unwanted in ("LABLEDGER_DEBUG", "LABLEDGER_HOSTS", "LABLEDGER_HTTPS", "LABLEDGER_ORIGINS"):
    os.environ.pop(unwanted, None)

FOLDER = servers.choose()
django.setup()
# A browser's idle connection keeps its server's thread, and that one its database
# connection: a database that is still in use can be neither copied nor dropped.
connections.settings["default"]["CONN_MAX_AGE"] = 0

# Django set the process's zone to its own; code that leans on it must be found.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()
loopback.refuse_others()

# As Postgres does here: no power is cut, and a disk that confirms thousands of small
# files costs half a minute.
os.fsync = lambda _: None

hypothesis.settings.register_profile("labledger", deadline=None, max_examples=60, derandomize=True)
hypothesis.settings.load_profile("labledger")

# What reads the sample for all others begins while another worker needs none of it.
LONG = ("sample_reproduces", "soak", "test_run.py", "account_pages", "in_a_browser",
        "any_address", "sample")  # fmt: skip

pytest_plugins = ["tests.browsing", "tests.hashing", "tests.mlflows"]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before xdist makes its workers, which share the servers.

    A worker that inherited the settings' name would read them, with this process's
    data folder and queue, before its own conftest chooses others.
    """
    if session.config.getoption("numprocesses", None):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    if servers.WORKER in os.environ or session.config.option.collectonly:
        return
    running = servers.Servers(FOLDER)
    session.config.add_cleanup(running.stop)
    running.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests take long come first: the two workers then end together."""
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    name = item.path.name
    return next((at for at, word in enumerate(LONG) if word in name), len(LONG))


def pytest_collection_finish() -> None:
    """All that was imported stays to the end: the collector need not walk it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """With what the migrations wrote kept aside, for tests that commit."""
    with django_db_blocker.unblock():
        pristine.keep()
