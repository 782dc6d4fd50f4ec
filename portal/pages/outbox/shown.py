"""A write's standing in words, and what may be done with it."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.pages.plan.shown import refused
from portal.templatetags.shown import ago_words
from sources.models import Person
from sprints.outbox import reading
from sprints.outbox.asking import MAY, name_of
from sprints.outbox.mending import is_mendable, permission
from sprints.outbox.models import TAGS, Write

SENDING = "Sending to Jira"
TAGGING = "Sending to MLflow"
TIMES = {1: "once", 2: "twice"}
WORDS = {"pending": "waiting", "sending": "on its way", "parked": "parked", "dry": "dry run"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue."""

    line: reading.Line
    url: str
    state: str
    note: str
    who: str
    account: str
    may_mend: bool


def row(line: reading.Line) -> Row:
    write = line.write
    return Row(
        line=line,
        url=reverse("outbox_write", args=[write.pk]),
        state=WORDS.get(write.state, write.state),
        note=note(write),
        who=name_of(write.by),
        account=account(write),
        may_mend=is_mendable(write),
    )


def note(write: Write) -> str:
    """Why it stands as it does."""
    now = timezone.now()
    match write.state:
        case "refused" | "conflict":
            return write.error
        case "pending" if write.error:
            return f"{write.error} {tried(write)}; again {soon(write.not_before, now)}."
        case "parked":
            return write.error
        case "sending" if write.is_left:
            return "its worker stopped; another takes it up"
        case "done":
            return write.told[-1]["words"] if write.told else ""
        case "dropped":
            return write.told[-1]["words"] if write.told else ""
    return ""


def tried(write: Write) -> str:
    """Another write may have met the trouble, for all of the source's."""
    if not write.tries:
        return "Not tried itself"
    return f"Tried {TIMES.get(write.tries, f'{write.tries} times')}"


def soon(at: datetime, now: datetime) -> str:
    return "at once" if at <= now else ago_words((now - at).total_seconds())


def account(write: Write) -> str:
    """ "as Lea Lab, with their own token"; "with the source's token" of MLflow."""
    if not write.account:
        return ""
    if write.kind in TAGS:
        return f"with {write.account}"
    whose = "with their own token" if write.through_id else "the source's bot"
    return f"as {write.account}, {whose}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One line on a task's page: "comment: verdict confirmed", "delivered", when."""

    what: str
    state: str
    tone: str
    word: str
    at: datetime | None
    note: str
    url: str


TONES = {"done": "good", "refused": "bad", "conflict": "bad", "parked": "warn", "sending": "accent"}
WITH_NOTE = ("refused", "conflict", "parked", "pending")
SHORT = {"done": "delivered", "pending": "pending", "sending": "on its way", "dry": "dry run"}


def standing(line: reading.Line) -> Standing:
    write = line.write
    return Standing(
        what=line.what,
        state=write.state,
        tone=TONES.get(write.state, "plain"),
        word=SHORT.get(write.state, write.state),
        at=write.done_at if write.state == "done" else write.made_at,
        note=note(write) if write.state in WITH_NOTE else "",
        url=reverse("outbox_write", args=[write.pk]),
    )


def may_not_send(user: Person) -> str:
    return refused(user, MAY, SENDING)


def may_not_mend(user: Person, write: Write) -> str:
    """Of MLflow who may tie runs may write."""
    return refused(user, permission(write), TAGGING if write.kind in TAGS else SENDING)


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of a write's history."""

    at: datetime | None
    who: str
    what: str
    words: str


def happened(write: Write, people: dict[int, str]) -> list[Happened]:
    return [
        Happened(
            parse_datetime(one["at"]),
            people.get(one["by"], "somebody") if one["by"] else "the worker",
            one["what"],
            one["words"],
        )
        for one in reversed(write.told)
    ]
