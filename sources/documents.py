"""What search finds: documents and the vocabulary, written with the rows they describe."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from uuid import UUID

from django.db import connection

from sources.models import Document, Source
from sources.store import Stored, upsert

# Postgres refuses a tsvector above 1 MB; past this a text is a file, not prose.
LONGEST_BODY = 100_000
LONGEST_NAME = 300
WORD = re.compile(r"[^\W\d_][\w-]{2,38}[^\W_]")
# What Postgres takes for one word: a path, a host, a file's name, a name in parts.
# Possessive, and only from a word's start: a hostile text costs no more than its length.
JOINED = re.compile(r"(?<!\w)\w++(?:[/._:-]\w++)+")
PART = re.compile(r"[^\W\d_]{2,40}")
MOST_PARTS = 2_000
SHORT, MANY = 80, 50_000  # characters of a word, and words, whose parts are remembered
LEARNING = 1_819_112_804  # the number of the lock that who adds words holds
# Of a thing whose time nobody kept: behind everything that has one.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that can be found. `name` is its own word, `url` a path within the portal.
    A `whole` body has the words within its joined ones already."""

    key: UUID
    kind: str
    name: str
    title: str
    body: str
    url: str
    at: datetime
    whole: bool = False


def write(source: Source | None, found: Sequence[Found], *, new: bool = False) -> Stored:
    """Make these documents so; unchanged ones stay untouched. `new` are those of things
    that were not there a moment ago."""
    rows = [
        {
            "key": one.key,
            "source_id": source.pk if source else None,
            "kind": one.kind,
            "name": one.name[:LONGEST_NAME],
            "title": one.title[:1000],
            "body": one.body if one.whole else with_parts(one.name, one.title, one.body),
            "url": one.url,
            "at": one.at,
        }
        for one in found
    ]
    compare = ("kind", "name", "title", "body", "url", "at")
    stored = upsert(Document, rows, on=("key",), compare=compare, new=new)
    if stored.inserted or stored.updated:
        learn(f"{row['name']} {row['title']} {row['body']}" for row in rows)
    return stored


def with_parts(name: str, title: str, body: str) -> str:
    """The body, and behind it the words within its joined ones: who remembers
    `dropout` finds model/dense_dropout, who remembers `train` finds train.py."""
    body = body[:LONGEST_BODY]
    words = dict.fromkeys(f"{name} {title} {body}".split())
    within = dict.fromkeys(part for word in words for part in _parts_of_joined(word))
    return " ".join([body, *islice(within, MOST_PARTS)]).strip()


def _parts_of_joined(word: str) -> tuple[str, ...]:
    """Of what stands between spaces, which no joined word goes beyond."""
    return _remembered(word) if len(word) <= SHORT else _found(word)


def _found(word: str) -> tuple[str, ...]:
    return tuple(part for joined in JOINED.findall(word) for part in PART.findall(joined))


_remembered = lru_cache(MANY)(_found)


def parts(name: str) -> list[str]:
    """The words within a name in parts: encoder, dropout of encoder/dropout_2."""
    return PART.findall(name)


def learn(texts: Iterable[str]) -> None:
    """Add these texts' words to the vocabulary: one look-up where all are known.

    Who adds words holds a lock to the end of its transaction. Two workers that
    teach the same words, several times a page, would else wait for each other in
    a circle. The words commit with the page: after a crash none is missing.
    """
    told = {piece for text in texts for piece in text.lower().split()}
    words = sorted({word for piece in told for word in WORD.findall(piece)})
    if not words:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM unnest(%s::text[]) AS word"
            " WHERE NOT EXISTS (SELECT FROM sources_word AS known WHERE known.word = word.word)",
            [words],
        )
        unknown = [word for (word,) in cursor.fetchall()]
        if unknown:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEARNING])
            cursor.execute(
                "INSERT INTO sources_word (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
                [unknown],
            )


def forget(keys: Iterable[UUID]) -> None:
    Document.objects.filter(key__in=list(keys)).delete()
