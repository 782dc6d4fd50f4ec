"""The portal's Celery app for workers that are killed: they tell their claims more often."""

import os
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.soak.settings"

from celery.signals import worker_init

from portal.celery import app

__all__ = ["app"]


@worker_init.connect
def renew_often(**_: Any) -> None:
    from sources import claims  # noqa: PLC0415 -- Django is set up only now

    claims.RENEWED_EVERY = 1.0
