"""A worker for a Neptune that fails: what takes minutes with a real one takes a second,
and the client is imported once, before readers are born to be killed."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from celery.signals import worker_init

from tests.soak.worker import app

__all__ = ["app"]


@worker_init.connect
def hurry(**_: Any) -> None:
    neptune = "sources.connectors.neptune"
    wire, position = import_module(f"{neptune}.wire"), import_module(f"{neptune}.position")
    import_module(f"{neptune}.session").import_client()
    import_module(f"{neptune}.troubles").failures()
    wire.LONGEST_PAUSE, wire.PART_PATIENCE = 0.2, 0.5
    wire.Wire.__init__.__kwdefaults__["patience"] = PATIENCE
    client = import_module(f"{neptune}.client").NeptuneClient
    client.__init__.__kwdefaults__["patience"] = PATIENCE
    position.FIRST_AGAIN, position.LAST_AGAIN = 300, 600
    import_module(f"{neptune}.files").FIRST_POLL = 0.05
    import_module("tracking.streams.removals").STORED_SINCE = timedelta(seconds=1)


PATIENCE = 2.0  # seconds with one call
