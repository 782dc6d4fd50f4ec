"""Epoch milliseconds and the wire's ISO words for them."""

from datetime import UTC, datetime


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def spoken(milliseconds: int) -> str:
    """ISO in UTC with a Z; whole seconds have no fraction, as the client expects."""
    words = moment(milliseconds).isoformat(timespec="milliseconds")
    return words.removesuffix("+00:00").removesuffix(".000") + "Z"


def heard(words: str) -> int:
    """Epoch milliseconds of an ISO moment; without an offset it is UTC."""
    found = datetime.fromisoformat(words)
    return milliseconds(found if found.tzinfo else found.replace(tzinfo=UTC))
