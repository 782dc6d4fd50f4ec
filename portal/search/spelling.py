"""Mistyped words, set right against the words that documents really hold."""

from django.db import connection

from sources.documents import WORD

NEAR = 0.3  # trigram likeness below which a word is no correction

# Of the alike: first those of the same first letter, then by likeness and length.
NEAREST = """
SELECT given.word, near.word FROM unnest(%s::text[]) AS given(word)
CROSS JOIN LATERAL (
    SELECT word FROM sources_word
    WHERE word %% given.word
    ORDER BY similarity(word, given.word)
        + CASE WHEN left(word, 1) = left(given.word, 1) THEN 0.15 ELSE 0 END
        - abs(length(word) - length(given.word)) * 0.03 DESC, word
    LIMIT 1
) AS near
WHERE NOT EXISTS (SELECT FROM sources_word WHERE word = given.word)
"""


def corrected(text: str) -> str:
    """The text with each unknown word replaced by the nearest known one, in
    lower case. One query."""
    lowered = text.lower()
    words = sorted(set(WORD.findall(lowered)))
    if not words:
        return lowered
    with connection.cursor() as cursor:
        cursor.execute(f"SET pg_trgm.similarity_threshold = {NEAR}")
        cursor.execute(NEAREST, [words])
        near = dict(cursor.fetchall())
    return WORD.sub(lambda found: near.get(found[0], found[0]), lowered)
