"""Mistyped words, set right against the words that documents really hold."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from sources.documents import WORD

NEAR = 0.3  # trigram likeness below which a word is no correction
ALIKE = 200  # words that are looked at for each typed one
HELD = 50  # documents that are looked at for each of those

# Words are told of what this person sees, and of nothing else: a word that only
# hidden documents have neither corrects another nor counts as known. Alike are
# first those of the same first letter, then by likeness and length; the word
# itself is the likest of all. Words that no index holds (and, about) stay.
NEAREST = """
SELECT given.word, near.word FROM unnest(%(words)s::text[]) AS given(word)
CROSS JOIN LATERAL (
    SELECT alike.word FROM (
        SELECT word, similarity(word, given.word)
            + CASE WHEN left(word, 1) = left(given.word, 1) THEN 0.15 ELSE 0 END
            - abs(length(word) - length(given.word)) * 0.03 AS likeness
        FROM sources_word WHERE word %% given.word
        ORDER BY likeness DESC, word LIMIT %(alike)s
    ) AS alike
    WHERE EXISTS (
        SELECT FROM (
            SELECT name, title, body FROM sources_document
            WHERE words @@ (
                plainto_tsquery('english', alike.word) || plainto_tsquery('simple', alike.word)
            ) AND source_id = ANY(%(sources)s)
            LIMIT %(held)s
        ) AS held
        WHERE position(alike.word IN lower(concat_ws(' ', name, title, body))) > 0
    )
    ORDER BY alike.likeness DESC, alike.word LIMIT 1
) AS near
WHERE numnode(plainto_tsquery('english', given.word)) > 0
"""


def corrected(text: str, sources: Sequence[UUID]) -> str:
    """The text with each word that these sources do not have replaced by the
    nearest one that they have, in lower case. One query."""
    lowered = text.lower()
    words = sorted(set(WORD.findall(lowered)))
    if not words:
        return lowered
    with connection.cursor() as cursor:
        cursor.execute(f"SET pg_trgm.similarity_threshold = {NEAR}")
        asked: dict[str, Any] = {"words": words, "sources": list(sources)}
        asked |= {"alike": ALIKE, "held": HELD}
        cursor.execute(NEAREST, asked)
        near = dict(cursor.fetchall())
    return WORD.sub(lambda found: near.get(found[0], found[0]), lowered)
