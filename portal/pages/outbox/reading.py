"""What the outbox's pages show."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse

from portal.pages.asking import word
from portal.pages.outbox.forms import MendForm
from portal.pages.outbox.shown import (
    Happened,
    Row,
    happened,
    may_not_mend,
    row,
)
from portal.pages.plan.shown import Tab, task_url
from sources.connectors.mlflow.address import API
from sources.connectors.mlflow.tags import TASKS
from sources.models import Person, Source
from sprints.outbox import delivery, reading
from sprints.outbox.asking import name_of
from sprints.outbox.mending import can_go
from sprints.outbox.models import MODES, TAGS, WRITTEN_TO, Write, mode
from sprints.outbox.tagging import run_key

TABS = {
    "": "All",
    "waiting": "Waiting",
    "refused": "Refused",
    "done": "Done",
    "dropped": "Dropped",
    "dry": "Dry run",
}
OPENING = "What people do here and Jira or MLflow is told of, each once. Newest first."
MODE_WORDS = {
    "off": "Nothing is written.",
    "dry": "A dry run: writes are listed here and never sent.",
    "on": "What people do here is written to it.",
}
TAGGED = f"Runs that people tie to a task get its key as the tag {TASKS}, by the source's login."
ADMINISTRATORS = "Only an administrator decides what is written."


# ── the queue ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Switch:
    """A source, whether it is written to, and the modes to choose from."""

    source: Source
    mode: str
    words: str
    url: str
    queue_url: str
    modes: tuple[str, ...] = MODES


@dataclass(frozen=True, slots=True)
class Index:
    rows: list[Row]
    tabs: list[Tab]
    view: str
    source: str
    switches: list[Switch]
    may_not_switch: str
    may_not_send: str
    opening: str
    words: str
    newer_url: str
    older_url: str
    clear_url: str
    all_again: bool


def read(user: Person, asked: QueryDict) -> Index:
    """A constant number of queries, whatever waits."""
    seen = Source.objects.visible_to(user).filter(kind__in=WRITTEN_TO)
    written_to = list(seen.order_by("name"))
    slug, view = word(asked, "source"), word(asked, "state")
    source = next((one for one in written_to if one.slug == slug), None)
    view = view if view in TABS else ""
    where = {"source": source.slug if source else "", "state": view}
    of = source.pk if source else None
    found = reading.queue(
        user, view=view, source=of, before=number(asked, "before"), after=number(asked, "after")
    )
    told = reading.counts(user, of)
    may = user.has_perm("sources.change_source")  # type: ignore[union-attr]
    return Index(
        rows=[row(one) for one in found.lines],
        tabs=[tab(name, state, where, told) for state, name in TABS.items()],
        view=view,
        source=source.slug if source else "",
        switches=[switch(one) for one in written_to if source in (None, one)],
        may_not_switch="" if may else ADMINISTRATORS,
        may_not_send=may_send_none(user, found.lines),
        opening=OPENING if written_to else "",
        words="newest first",
        newer_url=to(**where, after=found.newer) if found.newer else "",
        older_url=to(**where, before=found.older) if found.older else "",
        clear_url=to(),
        all_again=view == "refused" and len(found.lines) > 1,
    )


def may_send_none(user: Person, lines: list[reading.Line]) -> str:
    """Why not even one of them; empty where this person may send some."""
    reasons = [may_not_mend(user, one.write) for one in lines]
    return reasons[0] if reasons and all(reasons) else ""


def number(asked: QueryDict, name: str) -> int:
    text = word(asked, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def tab(name: str, state: str, where: dict[str, str], told: dict[str, int]) -> Tab:
    count = told.get(state)
    return Tab(name, to(**{**where, "state": state}), state == where["state"], count)


def to(**words: object) -> str:
    given = urlencode({name: value for name, value in words.items() if value})
    return reverse("outbox") + (f"?{given}" if given else "")


def switch(source: Source) -> Switch:
    now = mode(source)
    return Switch(
        source=source,
        mode=now,
        words=mode_words(source, now),
        url=reverse("source_writes", args=[source.slug]),
        queue_url=to(source=source.slug),
    )


def mode_words(source: Source, mode: str) -> str:
    return TAGGED if mode == "on" and source.kind == "mlflow" else MODE_WORDS[mode]


# ── one write ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of parts/pairs.html."""

    label: str
    value: Any
    url: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`sent` is the request as it is, or would be, sent."""

    row: Row
    write: Write
    title: str
    pairs: list[Pair]
    said: str
    sent: str
    history: list[Happened]
    form: MendForm
    may_not_send: str
    can_send: bool
    task_url: str


def read_one(user: Person, write: Write, form: MendForm | None = None) -> Page:
    shown = reading.line(user, write)
    line = row(shown)
    people = {one["by"] for one in write.told if one["by"]}
    names = {one.pk: name_of(one) for one in User.objects.filter(pk__in=people)}
    return Page(
        row=line,
        write=write,
        title=f"{write.task.name}: {shown.what}",
        pairs=pairs(write, line),
        said="" if shown.hidden else reading.said(write),
        sent="" if shown.hidden else request_text(write),
        history=happened(write, names),
        form=form or MendForm(write),
        may_not_send=may_not_mend(user, write),
        can_send=can_go(write),
        task_url=task_url(write.task),
    )


def pairs(write: Write, line: Row) -> list[Pair]:
    found = [
        Pair("Issue", write.task.name, task_url(write.task)),
        Pair("Source", write.source.name, reverse("source", args=[write.source.slug])),
        Pair("Asked by", line.who),
        Pair("Written", line.account or "not yet"),
        Pair("Tries", str(write.tries)),
    ]
    if write.kind in TAGS and not line.line.hidden:
        found.insert(1, Pair("Run", write.asked["name"], reverse("run", args=[run_key(write)])))
    if write.result_key or write.result_id:
        found.append(Pair("In Jira", write.result_key or f"no. {write.result_id}"))
    if write.sent_at and write.state in ("pending", "parked", "sending"):
        found.append(Pair("In doubt", "it may have arrived: the next try looks first"))
    return found


def request_text(write: Write) -> str:
    """As it travels. Where the edition is found out by asking, Cloud is assumed; of a
    tag, that no other task is in it."""
    cloud = write.source.settings.get("mode") != "dc"
    held = delivery.living(write)
    number = held.result_id if held and held.pk != write.pk else ""
    asked = reading.request(write, held=number, cloud=cloud)
    root = API if write.kind in TAGS else f"/rest/api/{'3' if cloud else '2'}"
    head = f"{asked.method} {root}/{asked.path}"
    if asked.body is None:
        return head
    return f"{head}\n\n{json.dumps(asked.body, ensure_ascii=False, indent=2)}"
