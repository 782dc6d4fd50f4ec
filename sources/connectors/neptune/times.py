"""Neptune's moments. Its table says them as ISO text in UTC; its points as
epoch milliseconds. (The client's own objects lose the zone: naive UTC from a
table, naive local time from a series. So they are not used.)"""

from datetime import UTC, datetime


def moment(words: str) -> datetime:
    """Aware, in UTC. Whole seconds come without a fraction."""
    found = datetime.fromisoformat(words)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def milliseconds(words: str) -> int:
    return round(moment(words).timestamp() * 1000)


def spoken(milliseconds: int) -> str:
    words = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    return words.replace("+00:00", "Z")
