"""Get, call, answer."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.pages.asking import person, word
from portal.pages.outbox import reading
from portal.pages.outbox import task as task_page
from portal.pages.outbox.forms import MendForm
from portal.pages.plan import finding
from portal.pages.settings.views import asker
from sources.models import Source
from sprints.models import Task
from sprints.outbox import asking, mending
from sprints.outbox import reading as queue
from sprints.outbox.models import MODES, WRITES, WRITTEN_TO, Write

MAY_SEND = permission_required(asking.MAY, raise_exception=True)
MAY_CHANGE = permission_required("sources.change_source", raise_exception=True)
WRONG = 422  # the form came back with errors


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    page = reading.read(request.user, request.GET)
    return render(request, "outbox/index.html", {"page": page})


def visible(request: HttpRequest, key: int) -> Write:
    held = Write.objects.visible_to(request.user)
    return get_object_or_404(held.select_related("task", "source", "by", "through"), pk=key)


@require_GET
def write(request: HttpRequest, key: int) -> HttpResponse:
    page = reading.read_one(request.user, visible(request, key))
    return render(request, "outbox/write.html", {"page": page})


@require_safe
def mark(request: HttpRequest, mark: UUID) -> HttpResponse:
    """The address that stands in what we wrote: to what it is about."""
    held = Write.objects.visible_to(request.user).select_related("task")
    found = get_object_or_404(held, mark=mark)
    made = Task.objects.visible_to(request.user).filter(
        source=found.source_id, external_id=found.result_id
    )
    about = (made.first() if found.kind == "subtask" else None) or found.task
    return redirect("hypothesis_by_id" if about.is_hypothesis else "task_by_id", about.pk)


# ── what people do with one ──────────────────────────────────────────────────


def mendable(request: HttpRequest, key: int) -> Write:
    held = visible(request, key)
    if not asker(request).has_perm(mending.permission(held)):
        raise PermissionDenied
    return held


@require_POST
def all_again(request: HttpRequest) -> HttpResponse:
    """After a token was mended: all that was refused, of one source or of all, and
    that this person may send."""
    if not any(map(asker(request).has_perm, mending.PERMISSIONS)):
        raise PermissionDenied
    slug = word(request.POST, "source")
    seen = Source.objects.visible_to(request.user).filter(slug=slug)
    source = get_object_or_404(seen).pk if slug else None
    refused, may = queue.refused(request.user, source), asker(request).has_perm
    held = [one for one in refused if may(mending.permission(one))]
    sent = mending.all_again(held, by=person(request))
    messages.success(
        request, f"{sent} refused {'write is' if sent == 1 else 'writes are'} sent again."
    )
    return redirect(reading.to(source=slug))


@require_POST
def again(request: HttpRequest, key: int) -> HttpResponse:
    held = mendable(request, key)
    return answered(request, held, lambda: mending.again(held, by=person(request)), "is sent again")


@require_POST
def change(request: HttpRequest, key: int) -> HttpResponse:
    held = mendable(request, key)
    page = reading.read_one(request.user, held, MendForm(held, request.POST))
    if page.row.line.hidden:
        raise Http404
    if not page.form.is_valid():
        return render(request, "outbox/write.html", {"page": page}, status=WRONG)
    words = page.form.cleaned_data
    return answered(
        request, held, lambda: mending.change(held, words, by=person(request)), "is changed"
    )


@require_POST
def drop(request: HttpRequest, key: int) -> HttpResponse:
    held = mendable(request, key)
    return answered(request, held, lambda: mending.drop(held, by=person(request)), "is dropped")


def answered(
    request: HttpRequest, held: Write, verb: Callable[[], Write], words: str
) -> HttpResponse:
    try:
        verb()
    except asking.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The write to {held.task.name} {words}.")
    return redirect("outbox_write", held.pk)


# ── a task ───────────────────────────────────────────────────────────────────


def task(request: HttpRequest, key: UUID) -> HttpResponse:
    """What may be written to it; everybody who sees the task sees what was."""
    held = finding.visible(request, key)
    if request.method == "POST":
        return asked(request, held)
    page = task_page.read(asker(request), held)
    return render(request, "outbox/task.html", {"page": page})


@MAY_SEND
def asked(request: HttpRequest, held: Task) -> HttpResponse:
    page = task_page.read(asker(request), held, request.POST)
    try:
        said = task_page.ask(page, word(request.POST, "do"), asker(request))
    except asking.Refused as refused:
        messages.error(request, str(refused))
        return redirect("task_jira", held.pk)
    if not said:
        return render(request, "outbox/task.html", {"page": page}, status=WRONG)
    messages.success(request, said)
    return redirect("task_jira", held.pk)


# ── whether a source is written to ───────────────────────────────────────────


@require_POST
@MAY_CHANGE
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Nothing of it concerns reading, so nothing is read anew."""
    seen = Source.objects.visible_to(request.user).filter(kind__in=WRITTEN_TO)
    held = get_object_or_404(seen, slug=slug)
    wanted = word(request.POST, "mode")
    if wanted in MODES:
        held.settings = {**held.settings, WRITES: wanted}
        held.save(update_fields=("settings",))
        messages.success(request, f"{held.name}: {reading.mode_words(held, wanted)}")
    return redirect(f"{reverse('outbox')}?source={held.slug}")
