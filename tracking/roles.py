"""What a file of a run is for, by rules that an administrator edits."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from tracking.models import RoleRule

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
