"""record.json's bytes: RFC 8785, so that the same words are the same bytes anywhere."""

from collections.abc import Mapping
from typing import Any

import rfc8785

from sources.store import plain

MOST_EXACT = 2**53 - 1  # beyond it, JSON's readers disagree about a whole number


def canonical(value: Mapping[str, Any]) -> bytes:
    """NaN and the infinities become their names, whole numbers beyond 2^53 their
    digits: JSON has no way to say them as numbers."""
    return rfc8785.dumps(_exact(plain(value)))


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MOST_EXACT:
        return str(value)
    return value
