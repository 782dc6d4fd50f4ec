"""From an address to the one task that it means: never a guess."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from portal.pages.plan.inbox import key_of
from portal.pages.plan.shown import Choice
from sources.models import Person
from sprints.models import Task
from sprints.task import holders


def visible(request: HttpRequest, key: UUID) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user), pk=key)


def found(request: HttpRequest, name: str) -> list[Task]:
    """Those that answer to this key; none is a 404."""
    tasks = holders(request.user, name)
    if not tasks:
        raise Http404
    return tasks


def asked(user: Person, text: str) -> list[Task]:
    """The tasks that a form's words mean: by its id one, by a key all that answer to it."""
    if key := key_of(text):
        return list(Task.objects.visible_to(user).filter(pk=key))
    return holders(user, text)


def unclear(text: str, tasks: int) -> str:
    if tasks == 0:
        return f"No task has the key “{text}”."
    return f"Several tasks have the key “{text}”: tie the runs on the page of the one meant."


def elsewhere(request: HttpRequest, task: Task, *, name: str, here: str) -> HttpResponse | None:
    """An old key, and a hypothesis under /t/, lead to the address of today."""
    proper = "hypothesis" if task.is_hypothesis else "task"
    if here == proper and name == task.name:
        return None
    return _with_query(request, reverse(proper, args=[task.name]))


def by_id(request: HttpRequest, task: Task, *, here: str) -> HttpResponse | None:
    proper = "hypothesis" if task.is_hypothesis else "task"
    if here == proper:
        return None
    return _with_query(request, reverse(f"{proper}_by_id", args=[task.pk]))


def _with_query(request: HttpRequest, url: str) -> HttpResponseRedirect:
    query = request.GET.urlencode()
    return redirect(f"{url}?{query}" if query else url)


def choice(request: HttpRequest, name: str, tasks: list[Task]) -> HttpResponse:
    choices = [
        Choice(
            f"{task.name} {task.summary}",
            f"{task.source.name}, {task.status}",
            reverse("hypothesis_by_id" if task.is_hypothesis else "task_by_id", args=[task.pk]),
        )
        for task in tasks
    ]
    return render(request, "plan/choice.html", {"name": name, "choices": choices})
