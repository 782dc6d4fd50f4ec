"""What people do here that Jira is to know (tagging.py: and MLflow): rows, in the
transaction of the act.

Where the source's administrator has not switched writing on, or the person may
not send, an act leaves no row; in a dry run the row is there and stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from sprints.models import Task, Verdict
from sprints.outbox.models import NEWEST_COUNTS, Write, WriteQuerySet, mode
from sprints.outbox.tagging import run_id, run_untagged, runs_tagged
from sprints.outbox.wishes import address
from tracking.models import Run

MAY = "sprints.send_to_jira"
SHORT = 255  # characters of a summary and of a link's title


class Refused(ValueError):
    """What a person asked for cannot be sent. The message says why."""


def sends(task: Task, by: User) -> bool:
    """Whether what this person does with the task goes to Jira."""
    return mode(task.source) != "off" and by.has_perm(MAY)


# ── in the course of other acts ──────────────────────────────────────────────


@transaction.atomic
def verdict_given(verdict: Verdict) -> list[Write]:
    """The comment with the verdict, and links to our page and to the deciding run."""
    task, by = verdict.task, User.objects.get(pk=verdict.by_id)
    if not sends(task, by):
        return []
    cites = [UUID(one) for one in verdict.figures.get("sources") or ()]
    # Of figures that do not tell of what sources they are, nobody can say who may read them.
    run = Run.objects.filter(pk=verdict.run, source__in=cites).first() if verdict.run else None
    asked = _verdict_words(verdict, by, run)
    made = [_made(task, "comment", asked, by=by, cites=cites), _page_link(task, by)]
    return [*made, *_run_links([run] if run else [], task, by)]


def runs_tied(runs: Iterable[Run], task: Task, *, by: int) -> list[Write]:
    """The runs are tagged with the task; a hypothesis's sub-task links to the runs
    that test it."""
    person, held = User.objects.get(pk=by), list(runs)
    made = runs_tagged(held, task, by=person)
    if task.is_hypothesis and sends(task, person):
        made += _run_links(held, task, person)
    return made


def run_untied(run: Run, task: Task, *, by: int) -> list[Write]:
    """Takes the tag and the link away that we made, if we made them."""
    held = _that_count(task).filter(kind="link", subject=run_id(run))
    person = User.objects.get(pk=by)
    made = run_untagged(run, task, by=person)
    if held.exists() and sends(task, person):
        cites = [run.source_id]
        made.append(_made(task, "unlink", {}, by=person, subject=run_id(run), cites=cites))
    return made


# ── acts of their own ────────────────────────────────────────────────────────


def link_runs(task: Task, runs: Iterable[Run], *, by: User) -> list[Write]:
    """Links to our page of the task and to each of these runs, all or none."""
    _demand(task, by)
    with transaction.atomic():
        return [_page_link(task, by), *_run_links(runs, task, by)]


def new_hypothesis(task: Task, *, by: User, **claim: Any) -> Write:
    """A sub-task of this task, with its claim in lines that the sync reads back.

    `claim`: summary, text, metric, direction, threshold, baseline.
    """
    _demand(task, by)
    if task.is_subtask:
        raise Refused(f"{task.name} is a sub-task: Jira allows none below it.")
    summary = " ".join(str(claim.pop("summary", "")).split())
    if not summary:
        raise Refused("A hypothesis needs a sentence.")
    if len(summary) > SHORT:
        raise Refused(f"Jira takes at most {SHORT} characters as a summary.")
    kinds = task.source.settings.get("hypothesis_types") or ["Sub-task"]
    labels = task.source.settings.get("hypothesis_labels") or []
    asked = {
        "summary": summary,
        "project": task.project.external_id,
        "kind": kinds[0],
        "labels": labels[:1],
        "who": name_of(by),
        **claim,
    }
    return _made(task, "subtask", asked, by=by)


def move(task: Task, status: str, *, by: User) -> Write:
    """To another status. Which transition leads there is asked when it is sent."""
    _demand(task, by)
    if not status.strip():
        raise Refused("Name the status that it moves to.")
    asked = {"status": status.strip(), "from": task.status}
    if task.updated_at:
        asked["as_of"] = task.updated_at.isoformat()
    return _made(task, "move", asked, by=by)


def relabel(task: Task, *, add: Iterable[str], remove: Iterable[str], by: User) -> Write:
    """Labels one by one, so that what others add meanwhile stays."""
    _demand(task, by)
    added, removed = list(dict.fromkeys(add)), list(dict.fromkeys(remove))
    if not added and not removed:
        raise Refused("Name a label to add or to remove.")
    wrong = [label for label in (*added, *removed) if len(label.split()) != 1]
    if wrong:
        raise Refused(f"Jira takes no spaces in a label: “{wrong[0]}”.")
    return _made(task, "labels", {"add": added, "remove": removed}, by=by)


def log_work(task: Task, *, seconds: int, started: datetime, text: str, by: User) -> Write:
    _demand(task, by)
    if seconds < 60:
        raise Refused("Jira counts whole minutes: at least one.")
    asked = {
        "seconds": seconds,
        "started": started.isoformat(),
        "text": text.strip(),
        "who": name_of(by),
    }
    return _made(task, "worklog", asked, by=by)


def _demand(task: Task, by: User) -> None:
    if mode(task.source) == "off":
        raise Refused(f"Nothing is written to {task.source.name}: an administrator may allow it.")
    if not by.has_perm(MAY):
        raise Refused("Sending to Jira needs the role contributor or lead.")


# ── rows ─────────────────────────────────────────────────────────────────────


@transaction.atomic
def _made(task: Task, kind: str, asked: dict[str, Any], *, by: User, **more: Any) -> Write:
    if kind in NEWEST_COUNTS:
        _supersede(task, kind)
    made = _row(task, kind, asked, by=by, **more)
    made.save()
    return made


def _row(
    task: Task,
    kind: str,
    asked: dict[str, Any],
    *,
    by: User,
    subject: str = "",
    cites: Iterable[UUID] = (),
) -> Write:
    made = Write(
        source_id=task.source_id,
        task=task,
        kind=kind,
        subject=subject,
        asked=asked,
        cites=list(cites),
        by=by,
        state="dry" if mode(task.source) == "dry" else "pending",
    )
    made.tell("asked", by=by.pk)
    return made


def _supersede(task: Task, kind: str) -> None:
    """What was never sent need not be: the newer one says it all."""
    states = ("pending", "parked", "conflict")
    waiting = Write.objects.filter(task=task, kind=kind, state__in=states)
    for one in waiting.filter(sent_at=None).select_for_update():
        one.state, one.error = "dropped", ""
        one.tell("dropped", "a newer one takes its place")
        one.save(update_fields=("state", "error", "told"))


def _page_link(task: Task, by: User) -> Write:
    asked = {
        "url": address(f"/{'h' if task.is_hypothesis else 't'}/id/{task.pk}/"),
        "title": f"{task.name} in Labledger",
        "summary": "its runs, figures and verdict",
        "relationship": "tracked in",
    }
    return _links(task, [_row(task, "link", asked, by=by, subject=f"labledger:task:{task.pk}")])[0]


def _run_links(runs: Iterable[Run], task: Task, by: User) -> list[Write]:
    return _links(task, [_run_link(run, task, by) for run in runs])


def _run_link(run: Run, task: Task, by: User) -> Write:
    asked = {
        "url": address(f"/runs/{run.pk}/"),
        "title": f"{run.handle} {run.name}".strip()[:SHORT],
        "summary": f"{run.state}, {run.owner}".strip(", "),
        "relationship": "tested by",
    }
    return _row(task, "link", asked, by=by, subject=run_id(run), cites=[run.source_id])


@transaction.atomic
def _links(task: Task, wanted: Sequence[Write]) -> list[Write]:
    """The same link once, in the words that a person gave it last: what was asked for
    already is given back. Three queries, however many."""
    subjects = [one.subject for one in wanted]
    held = Write.objects.filter(task=task, kind="link", subject__in=subjects)
    worded = {one.subject: one.asked for one in held.exclude(state="dropped").order_by("pk")}
    for one in wanted:
        one.asked |= _mended(worded.get(one.subject, {}))
    counting = _that_count(task).filter(kind__in=("link", "unlink"), subject__in=subjects)
    last = {one.subject: one for one in counting.order_by("pk")}
    found = [_held_or_new(last.get(one.subject), one) for one in wanted]
    Write.objects.bulk_create(one for one in found if one.pk is None)
    return found


def _that_count(task: Task) -> WriteQuerySet:
    """Dropped ones are not sent, and those of a dry run only mean something to the next."""
    gone = ["dropped"] if mode(task.source) == "dry" else ["dropped", "dry"]
    return Write.objects.filter(task=task).exclude(state__in=gone)


def _mended(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The words that a person changed, and which these are."""
    names = asked.get("mended", ())
    return {name: asked[name] for name in (*names, "mended")} if names else {}


def _held_or_new(last: Write | None, wanted: Write) -> Write:
    if last is None or last.kind != "link" or last.state == "refused":
        return wanted
    return last if last.asked == wanted.asked else wanted


def _verdict_words(verdict: Verdict, by: User, run: Run | None) -> dict[str, Any]:
    figures = verdict.figures if "sources" in verdict.figures else {}
    names = ("metric", "direction", "threshold", "runs", "best", "baseline")
    return {
        "outcome": verdict.outcome,
        "text": verdict.reason,
        "who": name_of(by),
        "verdict": verdict.pk,
        **{name: figures[name] for name in names if figures.get(name) is not None},
        **({"run": run.handle, "run_url": address(f"/runs/{run.pk}/")} if run else {}),
    }


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()
