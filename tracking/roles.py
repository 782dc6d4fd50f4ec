"""What a file of a run is for, by rules that an administrator edits."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import batched
from uuid import UUID

from django.db import transaction

from tracking.models import Artifact, RoleRule

OTHER = "other"


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
    return not pattern or fnmatchcase(told, pattern.lower())


@transaction.atomic
def reassign() -> int:
    """Give every stored file the role that the rules say now; how many changed.

    A sync does so only for files that are new or changed: call it when a rule is.
    """
    held = rules()
    files = Artifact.objects.values_list("key", "path", "name", "role", "blob__media_type")
    moved: dict[str, list[UUID]] = {}
    for key, path, name, role, kind in files.iterator():
        now = role_of(held, path=path, name=name, media_type=kind or "")
        if now != role:
            moved.setdefault(now, []).append(key)
    for role, keys in moved.items():
        for some in batched(keys, 5_000, strict=False):
            Artifact.objects.filter(pk__in=some).update(role=role)
    return sum(map(len, moved.values()))
