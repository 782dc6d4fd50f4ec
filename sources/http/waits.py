"""How long to wait before asking again, in the other side's words or in ours."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

HOUR = 3_600.0
DAY = 24 * HOUR
EPOCH = re.compile(r"\d{9,11}(\.\d+)?")


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The server's clock when it answered (whole seconds), if it told it."""
    return _http_date(headers.get("date", ""))


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that an answer asks us to stay away, at most a day.

    Retry-After first (seconds, or a date read against the server's own clock,
    so that a wrong clock here does no harm), then X-RateLimit-Reset (a time or
    epoch seconds). A quota that says neither is Jira's, and begins anew with each
    hour. None when nothing says anything that can be understood.
    """
    clock = server_time(headers) or now
    wait = _seconds(headers.get("retry-after", ""), clock)
    if wait is None:
        wait = _until(headers.get("x-ratelimit-reset", ""), clock)
    if wait is None and "quota" in headers.get("ratelimit-reason", ""):
        wait = HOUR - clock.timestamp() % HOUR
    return wait


def breather(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to rest after an answer, so that what is left of a quota lasts until
    its reset. 0 while plenty is left, or when its end is not told.

    Jira tells the remainder (X-RateLimit-Remaining) and, below a fifth of the
    quota, X-RateLimit-NearLimit.
    """
    told = headers.get("x-ratelimit-remaining", "")
    left = int(told) if told.isdecimal() else None
    near = headers.get("x-ratelimit-nearlimit", "").lower() == "true"
    if not near and left != 0:
        return 0.0
    wait = _until(headers.get("x-ratelimit-reset", ""), server_time(headers) or now)
    return 0.0 if wait is None or left is None else wait / (left + 1)


def _seconds(text: str, clock: datetime) -> float | None:
    try:
        return _bounded(float(text))
    except ValueError:
        moment = _http_date(text)
        return None if moment is None else _bounded((moment - clock).total_seconds())


def _until(text: str, clock: datetime) -> float | None:
    if EPOCH.fullmatch(text):
        return _bounded(float(text) - clock.timestamp())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _bounded((_aware(moment) - clock).total_seconds())


def _bounded(seconds: float) -> float | None:
    return None if math.isnan(seconds) else min(max(seconds, 0.0), DAY)


def _http_date(text: str) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def after(now: datetime, seconds: float) -> datetime:
    """`now` plus a wait, on a whole second, never early."""
    return (now + timedelta(seconds=seconds + 1)).replace(microsecond=0)
