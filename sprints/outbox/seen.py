"""How a thing in Jira may stand when we write to it. Else others changed it, and a
person is asked. Who sends a conflict again has seen how it stands: from there it goes."""

from datetime import datetime, timedelta

from sprints.outbox.models import Write

SKEW = timedelta(minutes=5)  # Jira's clock and ours


def known(write: Write, held: Write | None) -> list[str]:
    """Statuses, of a move; digests, of a comment that is there already. Empty: nobody
    knows, since the row is older than this."""
    if write.kind == "move":
        return [write.seen] if write.seen else _statuses(write)
    return [one.seen for one in (write, held) if one is not None and one.seen]


def _statuses(write: Write) -> list[str]:
    """As it was when the move was asked for, and where we have moved it since the
    sync that told so."""
    asked = write.asked
    if not asked.get("from"):
        return []
    as_of = asked.get("as_of")
    since = datetime.fromisoformat(as_of) if as_of else write.made_at
    ours = Write.objects.filter(task=write.task_id, kind="move", state="done", pk__lt=write.pk)
    moved = ours.filter(done_at__gt=since - SKEW).values_list("asked__status", flat=True)
    return [asked["from"], *moved]
