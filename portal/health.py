"""/healthz: can this web process do its work? For balancers and monitors.

No login, no secret, no reason: those go to the log. 503 only for what pages
need. A beat that is late does not take the pages away, so its age is told and
left to the monitor: above five minutes, nothing is synced. (Below, all workers
may be reading: see claims.TURN.)
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_structlog.middlewares import RequestMiddleware

log = structlog.get_logger(__name__)

PATIENCE = 2  # seconds, for each part
BEAT = "labledger:beat"


class Requests(RequestMiddleware):  # type: ignore[misc]
    """A line a request; none for the questions whether we live, asked every few seconds."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/healthz", "/metrics")):
            return cast(HttpResponse, self.get_response(request))
        return cast(HttpResponse, super().__call__(request))


@never_cache
@require_safe
def answer(_request: HttpRequest) -> JsonResponse:
    parts = {name: works(name, check) for name, check in CHECKS.items()}
    told = {name: "ok" if good else "down" for name, good in parts.items()}
    age = beat_age() if parts["queue"] else None
    return JsonResponse(
        {**told, "beat_age_seconds": age}, status=200 if all(parts.values()) else 503
    )


def works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except (DatabaseError, redis.RedisError, OSError) as error:
        log.warning("health", part=name, error=str(error))
        return False
    return True


def database() -> None:
    """Over a connection of its own, which gives up in time; the pages' waits."""
    own = connection.copy()
    own.settings_dict["OPTIONS"] = {
        **own.settings_dict["OPTIONS"],
        "connect_timeout": PATIENCE,
        "options": f"-c statement_timeout={PATIENCE * 1000}",
    }
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()


def queue() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )


def queue_answers() -> None:
    with queue() as line:
        line.ping()


def blobs() -> None:
    """A byte is written: a full disk or one that went read-only shows here."""
    folder = Path(settings.BLOBS)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"1")
        probe.flush()


def beat() -> None:
    """A worker did what beat asked for: both live."""
    with queue() as line:
        line.set(BEAT, str(time.time()))


def beat_age() -> int | None:
    """Seconds; None when nothing was heard yet."""
    try:
        with queue() as line:
            at = line.get(BEAT)
    except redis.RedisError:
        return None
    return max(0, round(time.time() - float(at))) if at else None


CHECKS: dict[str, Callable[[], None]] = {
    "database": database,
    "queue": queue_answers,
    "blobs": blobs,
}
