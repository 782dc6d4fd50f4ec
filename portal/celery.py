"""The Celery app. Its tasks are all in portal/tasks.py."""

import os
import re
import time
from typing import Any

import structlog
from celery import Celery
from celery.signals import import_modules
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

PATIENCE = 300.0  # seconds that a crashed database may take to recover
PAUSE = 1.0  # seconds between two tries
# What no waiting mends: SQLSTATE 28 (the login) and 3D (no such database). By its words,
# since libpq keeps the code of a connection that was refused to itself.
NEVER = re.compile(
    r"FATAL:.*(authentication failed|pg_hba\.conf|is not permitted to log in"
    r"|(role|database) \".*\" does not exist)|no password supplied"
)
log = structlog.get_logger(__name__)


def wait_for_database(*, line: BaseDatabaseWrapper | None = None, **_: Any) -> None:
    """A database that starts, or recovers from a crash, lets nobody in for a while.
    One that would refuse us for ever ends the process."""
    asked = line or connections[DEFAULT_DB_ALIAS]
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            asked.ensure_connection()
        except OperationalError as error:
            if NEVER.search(str(error)):
                raise SystemExit(f"{str(error).strip()}\nCheck DATABASE_URL.") from error
            if time.monotonic() > deadline:
                raise
            log.warning("waiting for the database", why=str(error).strip())
            time.sleep(PAUSE)
        else:
            asked.close()
            return


# Before the app has its own receiver, whose checks ask the database: a worker, or
# beat, that begins while it recovers would end with an error.
import_modules.connect(wait_for_database)

app = Celery("labledger")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal"])
