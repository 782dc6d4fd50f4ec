"""A person's name leaves the drafts. What is sealed cannot change."""

from django.db import transaction

from handoff.models import Record


@transaction.atomic
def forget_person(username: str, *, now_called: str) -> int:
    """Of statements in drafts, who made them. Returns how many drafts changed."""
    drafts = Record.objects.filter(sealed_at=None).exclude(stated={}).select_for_update()
    changed = [one for one in drafts if _unname(one, username, now_called)]
    Record.objects.bulk_update(changed, ("stated",))
    return len(changed)


def _unname(record: Record, username: str, now_called: str) -> bool:
    theirs = [name for name, told in record.stated.items() if told.get("by") == username]
    for name in theirs:
        record.stated[name] = {**record.stated[name], "by": now_called}
    return bool(theirs)
