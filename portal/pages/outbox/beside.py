"""The card on a task's and a hypothesis's page: how its writes to Jira stand."""

from dataclasses import dataclass, field

from django.urls import reverse

from portal.pages.outbox.shown import Standing, may_not_send, standing
from portal.pages.plan.shown import Action
from sources.models import Person
from sprints.models import Task, TaskEvent
from sprints.outbox import reading
from sprints.outbox.echoes import Echoes, echoes
from sprints.outbox.models import mode


@dataclass(frozen=True, slots=True)
class Beside:
    """The card on a task's and a hypothesis's page. Empty where nothing is, or was, written."""

    lines: list[Standing] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    ours: Echoes = field(default_factory=lambda: Echoes(frozenset(), frozenset(), frozenset()))


def beside(user: Person, task: Task, events: list[TaskEvent]) -> Beside:
    """Three queries: the source, its writes, and its echoes."""
    lines = [standing(one) for one in reading.newest_of(user, [task.pk]).get(task.pk, [])]
    actions = []
    if mode(task.source) != "off":
        url = reverse("task_jira", args=[task.pk])
        refused = may_not_send(user)
        if not task.is_subtask:
            actions.append(Action("New hypothesis", f"{url}#hypothesis", refused=refused))
        actions.append(Action("Write to Jira", url, refused=refused))
    return Beside(lines, actions, echoes(task, events))
