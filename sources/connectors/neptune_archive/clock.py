"""The exporter's time zone, taken out of the times of series.

The 1.x client reads a point's time as naive local time and the exporter labels
it UTC; sys/* times are right.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from sources.connectors.base import Unauthorized

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SLOT = 15 * 60 * 1000  # every zone's changes fall on quarters of an hour
HOUR = 3600.0


def zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unauthorized(
            f"There is no time zone {name!r}. Write it like Europe/Warsaw, or UTC."
        ) from None


def instant(milliseconds: int) -> datetime | None:
    """None outside the years that Python knows."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def true_times(local: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Epoch milliseconds of local times that were labelled UTC. In the hour that
    a clock repeats in autumn, the first pass is meant."""
    if zone.key == "UTC" or local.size == 0:
        return local
    slots, where = np.unique(local // SLOT, return_inverse=True)
    offsets = np.array([_offset(int(slot) * SLOT, zone) for slot in slots], dtype=np.int64)
    return local - offsets[where]


def true_time(local: datetime, zone: ZoneInfo) -> datetime:
    """The same for one time that was labelled UTC."""
    return local.replace(tzinfo=zone).astimezone(UTC)


def disagreement(
    first: datetime, last: datetime, created: datetime, modified: datetime | None
) -> str:
    """Why the times of series cannot be right, or nothing. A run that was made
    offline and uploaded later looks the same, so this only asks to look."""
    early = (created - first).total_seconds()
    late = (last - modified).total_seconds() if modified else 0.0
    if max(early, late) < HOUR / 4:
        return ""
    amount, than = (
        (early, "before the run was created") if early >= late else (late, "after its last change")
    )
    return (
        f"they lie {amount / HOUR:.1f} h {than}: either the archive's time zone is set"
        " wrongly, or the run was uploaded later"
    )


def _offset(milliseconds: int, zone: ZoneInfo) -> int:
    moment = instant(milliseconds)
    if moment is None:
        return 0
    offset = moment.replace(tzinfo=zone).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0
