"""Whose runs: the words that sources know owners and authors of commits by."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.fields.json import KT

from sources.models import Person
from tracking.models import Run

MOST = 5_000  # words of all sources together

# A step along the index for each word, however many runs there are: DISTINCT
# would read every run.
OWNERS = """
WITH RECURSIVE seen AS (
    (SELECT source_id, owner FROM tracking_run
     WHERE source_id = ANY(%(sources)s) AND owner > '' AND removed_at IS NULL
     ORDER BY source_id, owner LIMIT 1)
    UNION ALL
    SELECT further.source_id, further.owner FROM seen, LATERAL (
        SELECT source_id, owner FROM tracking_run
        WHERE source_id = ANY(%(sources)s) AND owner > '' AND removed_at IS NULL
        AND (source_id, owner) > (seen.source_id, seen.owner)
        ORDER BY source_id, owner LIMIT 1
    ) AS further
)
SELECT source_id, owner, '' FROM seen LIMIT %(most)s
"""
AUTHORS = """
WITH RECURSIVE seen AS (
    (SELECT source_id, code ->> 'email' AS email, code ->> 'author' AS author FROM tracking_run
     WHERE source_id = ANY(%(sources)s) AND code ? 'email' AND code ->> 'email' > ''
     AND removed_at IS NULL
     ORDER BY source_id, code ->> 'email' LIMIT 1)
    UNION ALL
    SELECT further.* FROM seen, LATERAL (
        SELECT source_id, code ->> 'email', code ->> 'author' FROM tracking_run
        WHERE source_id = ANY(%(sources)s) AND code ? 'email' AND code ->> 'email' > ''
        AND removed_at IS NULL AND (source_id, code ->> 'email') > (seen.source_id, seen.email)
        ORDER BY source_id, code ->> 'email' LIMIT 1
    ) AS further
)
SELECT source_id, email, coalesce(author, '') FROM seen LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """`words` is the owner's word, or the author's mail address with a name beside it."""

    source: uuid.UUID
    words: str
    name: str = ""


def owners(sources: Sequence[uuid.UUID]) -> list[Owner]:
    """By source and word; one query, a step an owner."""
    return _asked(OWNERS, sources)


def authors(sources: Sequence[uuid.UUID]) -> list[Owner]:
    """Of the commits that runs ran, where a tracker told the author's mail address."""
    return _asked(AUTHORS, sources)


def _asked(query: str, sources: Sequence[uuid.UUID]) -> list[Owner]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"sources": list(sources), "most": MOST})
        return [Owner(*row) for row in cursor.fetchall()]


def runs_of(
    user: Person, owned: Iterable[Owner], authored: Iterable[Owner], *, most: int
) -> list[Run]:
    """The newest of them that `user` sees: two queries, each owner a walk along an index."""
    held = Run.objects.visible_to(user).filter(trashed=False)
    pieces = [held.filter(source=one.source, owner=one.words) for one in owned]
    pieces += [
        held.filter(source=one.source, code__has_key="email")
        .alias(author=KT("code__email"))
        .filter(author=one.words)
        for one in authored
    ]
    if not pieces:
        return []
    keys = _newest([piece.newest_first().values("pk", "started_at")[:most] for piece in pieces])
    found = Run.objects.filter(pk__in=[key for key, _ in keys]).select_related("project")
    return list(found.newest_first()[:most])


def _newest(pieces: Sequence[QuerySet[Run, Any]]) -> list[tuple[object, object]]:
    first, *others = pieces
    rows = first.union(*others) if others else first
    return [(row["pk"], row["started_at"]) for row in rows]
