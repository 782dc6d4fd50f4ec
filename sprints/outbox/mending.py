"""What people do with a write: send it again, change it first, or drop it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sprints.outbox.asking import MAY, Refused, name_of
from sprints.outbox.models import SETTLE, TAGS, Write, mode
from sprints.outbox.tagging import MAY_TIE

SAID = ("comment", "worklog")  # in a person's name
MENDABLE = ("refused", "conflict", "parked", "pending", "dry")
SAVED = ("state", "error", "not_before", "asked", "by", "told", "claim", "lease_until")
PERMISSIONS = (MAY, MAY_TIE)  # one of them, by the kind of write
# Of each kind what a person may change, and how it is called.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "comment": {"text": "Reason", "anew": "As a new comment"},
    "worklog": {"text": "What was done"},
    "subtask": {"summary": "Summary", "text": "Description", "kind": "Issue type"},
    "move": {"status": "Status"},
    "link": {"title": "Title", "summary": "Summary"},
    "unlink": {},
    "labels": {},
    "tag": {},
    "untag": {},
}


def permission(write: Write) -> str:
    """What a person needs for sending this again, changing or dropping it."""
    return MAY_TIE if write.kind in TAGS else MAY


def is_mendable(write: Write) -> bool:
    """Neither under way nor over."""
    return write.state in MENDABLE or write.is_left


def can_go(write: Write) -> bool:
    """Whether it may be sent as it is. What a dry run left, once its source is written to."""
    return is_mendable(write) and (write.state != "dry" or mode(write.source) == "on")


@transaction.atomic
def again(write: Write, *, by: int) -> Write:
    """Now, as it is."""
    held = _held(write)
    if not can_go(held):
        raise Refused(f"{held.source.name} is not written to: it stays a dry run.")
    return _waiting(held, "sent again", by=by)


def all_again(writes: Iterable[Write], *, by: int) -> int:
    """Each that is refused, as it is; how many. One that somebody was quicker with
    is left alone."""
    sent = 0
    for write in writes:
        try:
            again(write, by=by)
        except Refused:
            continue
        sent += 1
    return sent


@transaction.atomic
def change(write: Write, words: Mapping[str, Any], *, by: int) -> Write:
    """Other words, and send it. Whoever changes it is from then on who asks for it,
    so that nobody's account writes what another has worded."""
    held = _held(write)
    if held.kind in SAID and held.by_id != by:
        raise Refused("Only who said it may change its words; drop it, or send it as it is.")
    known = {name: words[name] for name in FIELDS[held.kind] if name in words}
    if not known:
        raise Refused("There is nothing here to change.")
    if held.kind == "subtask" and not str(known.get("summary", "x")).strip():
        raise Refused("A hypothesis needs a sentence.")
    before = {name: held.asked.get(name, "") for name in known}
    mended = {name for name in known if known[name] != before[name]}
    mended.update(held.asked.get("mended", ()))
    held.asked = {**held.asked, **known, "mended": sorted(mended)}
    held.by_id = by
    if "who" in held.asked:
        held.asked["who"] = name_of(User.objects.get(pk=by))
    told = "; ".join(f"{name}: {old} → {known[name]}" for name, old in before.items())
    if can_go(held):
        return _waiting(held, "changed", told, by=by)
    return _saved(held, "changed", told, by=by)


@transaction.atomic
def drop(write: Write, *, by: int) -> Write:
    """It is never sent. What an earlier try may have written stays there."""
    held = _held(write)
    held.state, held.error = "dropped", ""
    return _saved(held, "dropped", by=by)


def _held(write: Write) -> Write:
    """The row as it is now, locked; Refused where it is under way or over."""
    held = Write.objects.select_for_update(of=("self",)).get(pk=write.pk)
    if not is_mendable(held):
        raise Refused(f"It is {held.state} by now: it cannot be changed any more.")
    return held


def _waiting(held: Write, what: str, words: str = "", *, by: int) -> Write:
    """As soon as may be: what an earlier try may have sent gets time to arrive."""
    now = timezone.now()
    held.not_before = max(now, held.sent_at + SETTLE) if held.sent_at else now
    held.state, held.error = "pending", ""
    return _saved(held, what, words, by=by)


def _saved(held: Write, what: str, words: str = "", *, by: int) -> Write:
    held.take_back()
    held.tell(what, words, by=by)
    held.save(update_fields=SAVED)
    return held
