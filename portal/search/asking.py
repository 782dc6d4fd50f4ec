"""A person's words into hits: keys first, then words, then corrected words.

Ranking reads the newest hits only (CAPPED), and the plan is pinned: ranking
every hit of a common word took 381 ms at a million documents, the newest
2,000 of them 1.4 ms. What the planner would choose flips between a walk by
time and the word index at sizes where the wrong one costs fifty times.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, Value
from django.db.models.functions import Upper

from portal.search.spelling import corrected
from sources.documents import UNDATED
from sources.models import Document, Person, visible_sources
from sources.store import clean
from sprints.models import JiraProject, Task

CAPPED = 2_000
COMMON = 20_000  # hits; above this the newest are found by walking time
LIMIT = 50
LONGEST = 200
KINDS = ("task", "hypothesis", "sprint", "run", "file")  # a comment is found as its task

HIT_FIELDS = ("key", "kind", "name", "title", "url", "at")
HIT_COLUMNS = ", ".join(HIT_FIELDS)
KEY = re.compile(r"([A-Za-z][A-Za-z0-9_]*?)[\s_–-]*([0-9]{1,18})")
NUMBER = re.compile(r"[0-9]{1,18}")
SAME_NAME = 10
MOST_PROJECTS = 200
FILES = 400  # read when only files are asked for: most are of one path


@dataclass(frozen=True, slots=True)
class Hit:
    """`more`: other runs have a file of this path too."""

    key: UUID
    kind: str
    name: str
    title: str
    url: str
    at: datetime
    extract: str = ""
    more: bool = False

    @property
    def dated(self) -> bool:
        return self.at > UNDATED


@dataclass(frozen=True, slots=True)
class Result:
    """`corrected` is what was searched instead, when nothing had the typed words."""

    text: str
    hits: list[Hit] = field(default_factory=list)
    corrected: str = ""
    kind: str = ""


def jump(user: Person, text: str) -> Hit | None:
    """The one thing whose own word is, or once was, exactly this: DOC-2698, FORM-14.

    None when there are several, as when a task and a run have the same name:
    they are the first hits of a search, then.
    """
    found = _exact(user, clean(text).strip()[:LONGEST])
    return found[0] if len(found) == 1 else None


def _exact(user: Person, text: str) -> list[Hit]:
    """A file is never meant by its name alone. "doc 2698" and "doc2698" are DOC-2698,
    and 2698 is whichever project's task has that number."""
    called = Q(name_upper=Upper(Value(text)))
    if keys := _keys(user, text):
        moved = Task.objects.visible_to(user).named(keys).values_list("pk", flat=True)
        called |= Q(pk__in=list(moved)) | Q(name_upper__in=keys)
    rows = Document.objects.alias(name_upper=Upper("name")).filter(
        called, source__in=visible_sources(user)
    )
    rows = rows.exclude(kind="file").order_by("-at", "key")
    return [Hit(*row) for row in rows.values_list(*HIT_FIELDS)[:SAME_NAME]]


def _keys(user: Person, text: str) -> list[str]:
    if NUMBER.fullmatch(text):
        projects = JiraProject.objects.visible_to(user).values_list("short", flat=True)
        return [f"{short.upper()}-{int(text)}" for short in projects[:MOST_PROJECTS]]
    typed = KEY.fullmatch(text)
    return [f"{typed[1].upper()}-{int(typed[2])}"] if typed else []


def search(user: Person, text: str, *, kind: str = "", limit: int = LIMIT) -> Result:
    """Hits in the order of their worth; the newest of equals first."""
    text = clean(text).strip()[:LONGEST]
    if not text:
        return Result(text)
    sources = visible_sources(user)
    exact = [hit for hit in _exact(user, text) if kind in ("", hit.kind)]
    most = FILES if kind == "file" else limit
    named = _by_name(sources, text, kind, most)
    worded = _by_words(sources, text, kind, most)
    hits = _merged([*exact, *named, *worded], limit)
    if hits:
        return Result(text, hits, kind=kind)
    better = corrected(text, sources)
    if better == text.lower():
        return Result(text, kind=kind)
    found = _merged(_by_words(sources, better, kind, most), limit)
    return Result(text, found, corrected=better if found else "", kind=kind)


def _merged(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Each thing once, where it was met first, with the extract that only words give."""
    found: dict[UUID, Hit] = {}
    for hit in hits:
        if hit.key not in found or not found[hit.key].extract:
            found[hit.key] = hit
    return _each_path_once(list(found.values()))[:limit]


def _each_path_once(hits: Sequence[Hit]) -> list[Hit]:
    """Every run has its train.py: one stands for all of them, behind all else."""
    paths = Counter(hit.title for hit in hits if hit.kind == "file")
    kept: dict[UUID | str, Hit] = {}
    for hit in hits:
        if hit.kind != "file":
            kept[hit.key] = hit
        elif hit.title not in kept:
            kept[hit.title] = replace(hit, more=paths[hit.title] > 1)
    return sorted(kept.values(), key=lambda hit: hit.kind == "file")


def _by_name(sources: Sequence[UUID], text: str, kind: str, limit: int) -> list[Hit]:
    """Things whose own word begins so: DOC-26 finds DOC-2698. One word only."""
    if not re.fullmatch(r"[\w./-]{2,60}", text):
        return []
    start = text.upper().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return _hits(NAMED, [f"{start}%", list(sources), kind, kind, limit])


# The statements are put together from constants; what people typed travels beside them.
NAMED = f"""
SELECT {HIT_COLUMNS}, '' FROM sources_document
WHERE upper(name) LIKE %s AND source_id = ANY(%s) AND (%s = '' OR kind = %s)
ORDER BY (kind = 'file'), length(name), at DESC LIMIT %s
"""  # noqa: S608

QUERY = "websearch_to_tsquery('english', %s)"

ESTIMATE = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM sources_document WHERE words @@ {QUERY}"  # noqa: S608

RANKED = f"""
WITH newest AS MATERIALIZED (
    SELECT {HIT_COLUMNS}, body, words FROM sources_document
    WHERE words @@ {QUERY} AND source_id = ANY(%s) AND (%s = '' OR kind = %s)
    ORDER BY at DESC LIMIT {CAPPED}
), best AS MATERIALIZED (
    SELECT *, ts_rank_cd(words, {QUERY}) AS rank FROM newest
    ORDER BY (kind = 'file'), rank DESC, at DESC LIMIT %s
)
SELECT {HIT_COLUMNS}, ts_headline('english', left(body, 20000), {QUERY},
    'StartSel=\x02, StopSel=\x03, MaxWords=24, MinWords=10, MaxFragments=1')
FROM best ORDER BY (kind = 'file'), rank DESC, at DESC
"""  # noqa: S608


def _by_words(sources: Sequence[UUID], text: str, kind: str, limit: int) -> list[Hit]:
    with transaction.atomic():
        _pin(text)
        return _hits(RANKED, [text, list(sources), kind, kind, text, limit, text])


def _pin(text: str) -> None:
    """Common words: walk the newest; others: the word index, then sort.

    Only for this transaction. The estimate costs a third of a millisecond.
    """
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATE, [text])
        (plan,) = cursor.fetchone()
        parsed = json.loads(plan) if isinstance(plan, str) else plan
        common = parsed[0]["Plan"]["Plan Rows"] > COMMON
        cursor.execute(
            "SELECT set_config('enable_bitmapscan', %s, true),"
            " set_config('enable_indexscan', %s, true), set_config('enable_seqscan', 'off', true)",
            ["off", "on"] if common else ["on", "off"],
        )


def _hits(statement: str, values: Sequence[Any]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return [Hit(*row) for row in cursor.fetchall()]
