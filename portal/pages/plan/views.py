"""Get, call, answer."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.pages.plan import finding
from portal.pages.plan import hypotheses as hypotheses_page
from portal.pages.plan import hypothesis as hypothesis_page
from portal.pages.plan import inbox as inbox_page
from portal.pages.plan import sprint as sprint_page
from portal.pages.plan import sprints as sprints_page
from portal.pages.plan import task as task_page
from portal.pages.plan.shown import Choice
from portal.pages.runs.views import answered
from sprints.models import Sprint, Task

# ── sprints ──────────────────────────────────────────────────────────────────


@require_GET
def sprints(request: HttpRequest) -> HttpResponse:
    return render(request, "plan/sprints.html", {"page": sprints_page.read(request.user)})


@require_GET
def sprint(request: HttpRequest, number: int) -> HttpResponse:
    """By its number. Boards that use the same one get a choice, never a guess."""
    held = Sprint.objects.visible_to(request.user).filter(number=min(number, 2**31 - 1))
    several = list(held.select_related("board", "source").newest_first())
    if not several:
        raise Http404
    if len(several) == 1:
        return sprint_shown(request, several[0])
    choices = [
        Choice(
            one.name,
            f"{one.board or 'no board'}, {one.source.name}, {one.state}",
            reverse("sprint_by_id", args=[one.pk]),
        )
        for one in several
    ]
    return render(request, "plan/choice.html", {"name": f"Sprint {number}", "choices": choices})


@require_GET
def sprint_by_id(request: HttpRequest, key: UUID) -> HttpResponse:
    held = Sprint.objects.visible_to(request.user).select_related("source")
    return sprint_shown(request, get_object_or_404(held, pk=key))


def sprint_shown(request: HttpRequest, held: Sprint) -> HttpResponse:
    page = sprint_page.read(request.user, held, request.GET)
    return render(request, "plan/sprint.html", {"page": page})


# ── tasks ────────────────────────────────────────────────────────────────────


@require_GET
def task(request: HttpRequest, name: str) -> HttpResponse:
    several = finding.found(request, name)
    if len(several) > 1:
        return finding.choice(request, name.upper(), several)
    moved = finding.elsewhere(request, several[0], name=name, here="task")
    return moved or task_shown(request, several[0])


@require_GET
def task_by_id(request: HttpRequest, key: UUID) -> HttpResponse:
    held = finding.visible(request, key)
    return finding.by_id(request, held, here="task") or task_shown(request, held)


def task_shown(request: HttpRequest, held: Task) -> HttpResponse:
    page = task_page.read(request.user, held)
    return render(request, "plan/task.html", {"page": page})


# ── hypotheses ───────────────────────────────────────────────────────────────


@require_GET
def hypotheses(request: HttpRequest) -> HttpResponse:
    page = hypotheses_page.read(request.user, request.GET)
    return render(request, "plan/hypotheses.html", {"page": page})


@require_GET
def hypothesis(request: HttpRequest, name: str) -> HttpResponse:
    several = finding.found(request, name)
    if len(several) > 1:
        return finding.choice(request, name.upper(), several)
    moved = finding.elsewhere(request, several[0], name=name, here="hypothesis")
    return moved or hypothesis_shown(request, several[0])


@require_GET
def hypothesis_by_id(request: HttpRequest, key: UUID) -> HttpResponse:
    held = finding.visible(request, key)
    return finding.by_id(request, held, here="hypothesis") or hypothesis_shown(request, held)


def hypothesis_shown(request: HttpRequest, held: Task) -> HttpResponse:
    page = hypothesis_page.read(request.user, held, request.GET)
    return render(request, "plan/hypothesis.html", {"page": page})


@require_GET
def curves(request: HttpRequest, key: UUID) -> HttpResponse:
    held = finding.visible(request, key)
    if not held.is_hypothesis:
        raise Http404
    return answered(request, hypothesis_page.read_curves(request.user, held, request.GET))


# ── the inbox ────────────────────────────────────────────────────────────────


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    page = inbox_page.read(request.user, request.GET)
    return render(request, "plan/inbox.html", {"page": page})
