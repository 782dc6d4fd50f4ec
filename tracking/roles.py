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


def role_of(rules: Sequence[RoleRule], path: str, media_type: str) -> str:
    """The first rule that fits both path and kind, in any case; else `other`."""
    lowered = path.lower()
    for rule in rules:
        if rule.path and not fnmatchcase(lowered, rule.path.lower()):
            continue
        if rule.media_type and not fnmatchcase(media_type, rule.media_type):
            continue
        return rule.role
    return OTHER


@transaction.atomic
def reassign() -> int:
    """Give every stored file the role that the rules say now; how many changed.

    A sync does so only for files that are new or changed: call it when a rule is.
    """
    held = rules()
    files = Artifact.objects.values_list("key", "path", "role", "blob__media_type")
    moved: dict[str, list[UUID]] = {}
    for key, path, role, kind in files.iterator():
        if (now := role_of(held, path, kind or "")) != role:
            moved.setdefault(now, []).append(key)
    for role, keys in moved.items():
        for some in batched(keys, 5_000, strict=False):
            Artifact.objects.filter(pk__in=some).update(role=role)
    return sum(map(len, moved.values()))
