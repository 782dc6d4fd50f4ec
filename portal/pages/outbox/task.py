"""A task's own page of writes: what may be written, and what was."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict

from portal.pages.outbox.forms import HypothesisForm, LabelsForm, MoveForm, WorkForm
from portal.pages.outbox.shown import Row, may_not_send, row
from portal.pages.plan.shown import task_url
from sprints import links
from sprints.models import Task
from sprints.outbox import asking, reading
from sprints.outbox.models import TAGS, Write, mode
from tracking.models import Run

OFF = "Nothing is written to {}: an administrator may allow it under Outbox."
LISTED = "listed, and not sent: a dry run"
SHOWN = 50


@dataclass(slots=True)
class Forms:
    """Each form by the word that its button sends."""

    hypothesis: HypothesisForm
    move: MoveForm
    labels: LabelsForm
    work: WorkForm

    def called(self, verb: str) -> Any:
        known = {
            "hypothesis": self.hypothesis,
            "move": self.move,
            "labels": self.labels,
            "work": self.work,
        }
        return known.get(verb)


@dataclass(frozen=True, slots=True)
class Page:
    task: Task
    task_url: str
    forms: Forms
    rows: list[Row]
    may_not_send: str
    may_have_hypotheses: bool
    dry: bool
    opening: str


def read(user: User, task: Task, given: QueryDict | None = None) -> Page:
    written = Write.objects.visible_to(user).filter(task=task.pk).exclude(kind__in=TAGS)
    held = written.order_by("-pk").select_related("task", "source", "by", "through")[:SHOWN]
    now = mode(task.source)
    return Page(
        task=task,
        task_url=task_url(task),
        forms=forms_of(task, given),
        rows=[row(reading.line(user, one)) for one in held],
        may_not_send=OFF.format(task.source.name) if now == "off" else may_not_send(user),
        may_have_hypotheses=not task.is_subtask,
        dry=now == "dry",
        opening=opening(task, now),
    )


def opening(task: Task, now: str) -> str:
    if now == "dry":
        return "A dry run: what you ask for is listed, and not sent."
    return f"What you ask for here is written to {task.name} in Jira, once."


def forms_of(task: Task, given: QueryDict | None) -> Forms:
    """Only the form that was sent has words in it."""
    done = given.get("do", "") if given is not None else ""

    def sent(word: str) -> QueryDict | None:
        return given if done == word else None

    return Forms(
        hypothesis=HypothesisForm(sent("hypothesis"), prefix="hypothesis"),
        move=MoveForm(task, sent("move")),
        labels=LabelsForm(sent("labels"), prefix="labels"),
        work=WorkForm(sent("work"), prefix="work"),
    )


def ask(page: Page, verb: str, by: User) -> str:
    """Does what a form asks for, and says so; empty when the form has errors.
    Raises asking.Refused."""
    if verb == "runs":
        return _link_runs(page, by)
    form = page.forms.called(verb)
    if form is None or not form.is_valid():
        return ""
    match verb:
        case "hypothesis":
            asking.new_hypothesis(page.task, by=by, **form.cleaned_data)
            if not page.dry:
                return "The sub-task is on its way to Jira; it appears here with the next sync."
        case "move":
            asking.move(page.task, form.cleaned_data["status"], by=by)
        case "labels":
            asking.relabel(page.task, **form.cleaned_data, by=by)
        case "work":
            asking.log_work(page.task, **form.work(), by=by)
    return f"It is {LISTED}." if page.dry else "It is on its way to Jira."


def _link_runs(page: Page, by: User) -> str:
    """The runs that this person sees, and no others."""
    keys = links.runs_of(by, [page.task.pk])[page.task.pk]
    runs = list(Run.objects.visible_to(by).filter(pk__in=keys))
    made = asking.link_runs(page.task, runs, by=by)
    linked = f"to {len(runs)} {'run' if len(runs) == 1 else 'runs'} and to this page"
    if all(one.state == "done" for one in made):
        return f"Jira has links {linked} already."
    return f"Links {linked} are {LISTED if page.dry else 'on their way to Jira'}."
