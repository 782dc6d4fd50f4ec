"""The portal's settings, with a claim that runs out soon: workers are killed here."""

from datetime import timedelta

from portal.settings import *  # noqa: F403

SYNC_LEASE = timedelta(seconds=5)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
