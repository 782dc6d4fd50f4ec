"""What people do on the plan's pages: plain forms, each answered by the page it came from."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.freshness import forget_inbox
from portal.pages.asking import person
from portal.pages.plan import finding
from portal.pages.plan import hypothesis as hypothesis_page
from portal.pages.plan.forms import runs_called
from portal.pages.plan.inbox import AT_ONCE, key_of, which_of, word_of
from sprints import hypotheses, inbox, links
from sprints.models import Task, Write
from tracking.models import Run

MAY_TIE = permission_required("sprints.add_evidence", raise_exception=True)
MAY_DISMISS = permission_required("sprints.add_dismissal", raise_exception=True)
MAY_STATE = permission_required("sprints.change_hypothesis", raise_exception=True)
MAY_JUDGE = permission_required("sprints.add_verdict", raise_exception=True)
NO_MORE = "No run without a task has that word any more."
WRONG = 422  # the form came back with errors


def visible_hypothesis(request: HttpRequest, key: UUID) -> Task:
    held = finding.visible(request, key)
    if not held.is_hypothesis:
        raise Http404
    return held


# ── hypotheses ───────────────────────────────────────────────────────────────


@require_POST
@MAY_STATE
def claim(request: HttpRequest, key: UUID) -> HttpResponse:
    """State the claim in numbers, over what the task's text says."""
    held = visible_hypothesis(request, key)
    page = hypothesis_page.read(request.user, held, request.GET, claim=request.POST)
    if not page.claim_form.is_valid():
        return render(request, "plan/hypothesis.html", {"page": page}, status=WRONG)
    hypotheses.state(held, **page.claim_form.cleaned_data, by=person(request))
    messages.success(request, f"The claim of {held.name} is kept.")
    return redirect(reverse("hypothesis_by_id", args=[held.pk]))


@require_POST
@MAY_JUDGE
def verdict(request: HttpRequest, key: UUID) -> HttpResponse:
    """A person decides; the evidence as it stands is kept with the verdict."""
    held = visible_hypothesis(request, key)
    page = hypothesis_page.read(request.user, held, request.GET, verdict=request.POST)
    if not page.verdict_form.is_valid():
        return render(request, "plan/hypothesis.html", {"page": page}, status=WRONG)
    hypotheses.judge(page.line, **page.verdict_form.cleaned_data, by=person(request))
    messages.success(request, f"Your verdict on {held.name} is kept.")
    return redirect(reverse("hypothesis_by_id", args=[held.pk]))


# ── which runs belong to a task ──────────────────────────────────────────────


@require_POST
@MAY_TIE
def tie(request: HttpRequest, key: UUID) -> HttpResponse:
    """On a task's page: tie a run by its id, or untie it."""
    held = finding.visible(request, key)
    text = request.POST.get("run", "").strip()
    runs = runs_called(request.user, text)
    if len(runs) != 1:
        messages.error(request, unclear(text, len(runs)))
    else:
        tie_one(request, runs[0], held)
    proper = "hypothesis_by_id" if held.is_hypothesis else "task_by_id"
    return redirect(reverse(proper, args=[held.pk]))


def tie_one(request: HttpRequest, run: Run, task: Task) -> None:
    """Ties, or unties where that was pressed, and says so; the inbox is counted anew."""
    if "untie" in request.POST:
        links.untie(run, task, by=person(request))
        messages.success(request, f"{run.handle} does not belong to {task.name} any more.")
    else:
        links.tie(run, task, by=person(request))
        messages.success(request, f"{run.handle} belongs to {task.name} now.")
    forget_inbox(request.user)


def unclear(text: str, runs: int) -> str:
    if runs == 0:
        return f"No run is called “{text}”."
    return f"Several runs are called “{text}”: paste the key of the one meant, from its address."


@require_POST
@MAY_TIE
def mend(request: HttpRequest) -> HttpResponse:
    """In the inbox: tie runs to a task, given by its key or its id; the ticked ones,
    or all that have a word."""
    runs = runs_of_word(request) if "all" in request.POST else asked_runs(request)
    text = request.POST.get("task", "").strip()
    tasks = finding.asked(request.user, text)
    if not runs:
        messages.error(request, NO_MORE if "all" in request.POST else "No run is ticked.")
    elif len(tasks) != 1:
        messages.error(request, finding.unclear(text, len(tasks)))
    else:
        made = links.tie_all(runs, tasks[0], by=person(request))
        words = f"{named(runs)} belong{'s' * (len(runs) == 1)} to {tasks[0].name} now."
        messages.success(request, f"{words}{told_words(made)}")
    return back(request)


def told_words(made: list[Write]) -> str:
    """What MLflow and Jira are told, where they are; in a dry run they are not."""
    kinds = Counter(one.kind for one in made if one.state == "pending")
    return way_words(kinds["tag"], "tag", "MLflow") + way_words(kinds["link"], "link", "Jira")


def way_words(count: int, what: str, where: str) -> str:
    if not count:
        return ""
    return f" {f'A {what} is' if count == 1 else f'{count:,} {what}s are'} on the way to {where}."


@require_POST
@MAY_DISMISS
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put runs aside: they belong to no task."""
    runs = asked_runs(request)
    if not runs:
        messages.error(request, "No run is ticked.")
    else:
        links.dismiss_all(runs, by=person(request))
        messages.success(request, f"{named(runs)} put aside.")
    return back(request)


def asked_runs(request: HttpRequest) -> list[Run]:
    """A run that this person does not see is a 404, as is one that is not there."""
    keys = {key for text in request.POST.getlist("runs") if (key := key_of(text))}
    runs = list(Run.objects.visible_to(request.user).filter(pk__in=keys))
    if len(runs) != len(keys):
        raise Http404
    return runs


def runs_of_word(request: HttpRequest) -> list[Run]:
    """Those that the tab with the button lists, and no others."""
    word = word_of(request.POST.get("word", ""))
    if not word:
        return []
    which = which_of(request.POST.get("names", ""))
    return list(inbox.all_of(request.user, word, which=which, most=AT_ONCE))


def named(runs: list[Run]) -> str:
    return runs[0].handle if len(runs) == 1 else f"{len(runs)} runs"


def back(request: HttpRequest) -> HttpResponse:
    """To the page of the inbox that it came from, counted anew."""
    forget_inbox(request.user)
    place = request.POST.get("back", "")
    first = reverse("inbox")
    ours = place.startswith(first) and url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return redirect(place if ours else first)
