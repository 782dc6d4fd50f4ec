"""What a source's page says is missing, and the answer to what is listed no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from sources.models import Cursor, Source, Sync
from sources.store.gone import UNLISTED

type Gap = dict[str, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """One reason, and what it keeps from us."""

    why: str
    what: list[str]


def by_reason(gaps: Iterable[Gap]) -> list[Missing]:
    """The most frequent reason first."""
    reasons: dict[str, list[str]] = {}
    for gap in gaps:
        reasons.setdefault(gap["why"], []).append(gap["what"])
    found = [Missing(why, what) for why, what in reasons.items()]
    return sorted(found, key=lambda one: (-len(one.what), one.why))


def told_by(sync: Sync | None) -> list[Missing]:
    """But for what is listed no more: that holds until its list is read again,
    and a sync only says how it was then."""
    gaps = sync.gaps if sync else []
    return by_reason(gap for gap in gaps if not gap["why"].startswith(UNLISTED))


def unlisted(cursors: Sequence[Cursor]) -> list[Missing]:
    """As each list was when it was last read to its end."""
    return by_reason(gap for cursor in cursors for gap in cursor.unlisted)


def believing(source: Source, *, may_change: bool) -> dict[str, Any] | None:
    """The answer to what is listed no more; None while the last one holds."""
    if source.believed:
        return None
    return {
        "name": "They have really gone",
        "url": reverse("source_believe", args=[source.slug]),
        "post": True,
        "refused": "" if may_change else "Only an administrator says so.",
    }
