"""What a file of a run is for, by rules that an administrator edits."""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache
from uuid import UUID

from django.db import transaction

from tracking.models import Artifact, RoleRule

OTHER = "other"
PIECE = 10_000  # files that are looked at and committed together
# The edges of a word, first as signs that no pattern of the shell has: beside no letter.
EDGES = {"<": ("\ue000", r"(?<![^\W\d_])"), ">": ("\ue001", r"(?![^\W\d_])")}


def rules() -> list[RoleRule]:
    """In order. Read once a page of records, not once a file."""
    return list(RoleRule.objects.all())


def role_of(rules: Sequence[RoleRule], *, path: str, name: str, media_type: str) -> str:
    """The first rule that fits path, name and kind of bytes, in any case; else `other`.

    `media_type` is what the bytes were recognised as, empty for a file without any."""
    told = path.lower(), name.lower(), media_type.lower()
    for rule in rules:
        patterns = rule.path, rule.name, rule.media_type
        if all(_fits(one, of) for one, of in zip(told, patterns, strict=True)):
            return rule.role
    return OTHER


def _fits(told: str, pattern: str) -> bool:
    return not pattern or _compiled(pattern).match(told) is not None


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    """One expression for all that the bars part."""
    text = pattern.lower()
    for sign, (kept, _) in EDGES.items():
        text = text.replace(sign, kept)
    found = "|".join(translate(one.strip()) for one in text.split("|"))
    for kept, edge in EDGES.values():
        found = found.replace(kept, edge)
    return re.compile(found)


def reassign(after: UUID | None = None) -> UUID | None:
    """Give the next stored files, in the order of their keys, the role that the rules
    say now. The last one's key: to be called with again; None when that was all.

    A sync does so only for files that are new or changed: begin anew when a rule is.
    """
    held = rules()
    files = Artifact.objects.order_by("pk")
    beyond = files if after is None else files.filter(pk__gt=after)
    piece = list(beyond.values_list("pk", "path", "name", "role", "blob__media_type")[:PIECE])
    moved: dict[str, list[UUID]] = {}
    for key, path, name, role, kind in piece:
        now = role_of(held, path=path, name=name, media_type=kind or "")
        if now != role:
            moved.setdefault(now, []).append(key)
    with transaction.atomic():
        for role, keys in moved.items():
            Artifact.objects.filter(pk__in=keys).update(role=role)
    return piece[-1][0] if len(piece) == PIECE else None
