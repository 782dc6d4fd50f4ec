"""Pages by key: each page begins after the last row of the one before.

Deep pages cost what the first costs; an offset would count its way there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True, slots=True)
class Place:
    """Between which rows a page begins: a row's sort value and key. `back` asks
    for the page before it."""

    value: Any
    key: UUID
    back: bool = False


def encode(place: Place, order: str = "") -> str:
    """A token that only `decode` with the same order reads: the value it holds
    is compared with that order's column, and may be compared with no other."""
    value = place.value
    kind = "time" if isinstance(value, datetime) else "plain"
    told = [kind, value.isoformat() if kind == "time" else value, str(place.key), place.back]
    return _signer(order).sign_object(told)


def decode(text: str, order: str = "") -> Place | None:
    """None for what we did not write for this order: the page then begins at the top."""
    try:
        kind, value, key, back = _signer(order).unsign_object(text)
    except signing.BadSignature:
        return None
    return Place(datetime.fromisoformat(value) if kind == "time" else value, UUID(key), back)


def _signer(order: str) -> signing.Signer:
    return signing.Signer(salt=f"a page of {order}")


@dataclass(frozen=True, slots=True)
class Slice[Row]:
    """A page's rows in the asked order, and whether there are more either side."""

    rows: list[Row]
    newer: bool
    older: bool


def take[Row: Model](
    rows: QuerySet[Row], column: str, place: Place | None, *, descending: bool, size: int
) -> Slice[Row]:
    """One page: first the rows that have a sort value, then those that have none.

    Two plain ranges rather than NULLS LAST, and a tie broken in the same
    direction: so each is one walk along an index. At most two queries.
    """
    back = place is not None and place.back
    found: list[Row] = []
    for empty in _parts(place, back=back):
        here = place if place is not None and (place.value is None) == empty else None
        part = _part(rows, column, here, empty=empty, descending=descending != back)
        found += part[: size + 1 - len(found)]
        if len(found) > size:
            break
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    return Slice(found, newer=more if back else place is not None, older=back or more)


def _parts(place: Place | None, *, back: bool) -> list[bool]:
    """Which parts to read: False for rows with a value, True for those without."""
    if place is None:
        return [False, True]
    if place.value is None:
        return [True, False] if back else [True]
    return [False] if back else [False, True]


def _part[Row: Model](
    rows: QuerySet[Row], column: str, place: Place | None, *, empty: bool, descending: bool
) -> QuerySet[Row]:
    sign, less = ("-", "lt") if descending else ("", "gt")
    part = rows.filter(**{f"{column}__isnull": empty})
    order = [f"{sign}key"] if empty else [f"{sign}{column}", f"{sign}key"]
    if place is None:
        return part.order_by(*order)
    beyond = Q(**{f"key__{less}": place.key})
    if not empty:
        beyond = Q(**{f"{column}__{less}e": place.value}) & (
            Q(**{f"{column}__{less}": place.value}) | beyond
        )
    return part.filter(beyond).order_by(*order)
