"""Get, call, answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET, require_POST

from portal.pages.asking import person
from portal.pages.runs import comparing, listing, one
from sprints import links
from sprints.models import Task
from tracking.models import Artifact, Run

MAY_TIE = permission_required("sprints.add_evidence", raise_exception=True)


def visible(request: HttpRequest, key: UUID) -> Run:
    return get_object_or_404(Run.objects.visible_to(request.user).select_related("project"), pk=key)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    page = listing.read(request.user, request.GET)
    return render(request, "runs/index.html", {"page": page})


@require_GET
def as_csv(request: HttpRequest) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(
        listing.csv_lines(request.user, request.GET), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="runs.csv"'
    return answer


@require_GET
def columns(request: HttpRequest) -> HttpResponse:
    """The column chooser: names that hold the typed letters, ticked or not."""
    page = {
        "found": listing.suggested(request.user, request.GET.get("text", "")),
        "chosen": request.GET.getlist("col"),
        "text": request.GET.get("text", ""),
        "query": request.GET.get("q", ""),
    }
    return render(request, "runs/columns.html", page)


@require_GET
def run(request: HttpRequest, key: UUID) -> HttpResponse:
    page = one.read(request.user, visible(request, key), request.GET)
    return render(request, "runs/run.html", {"page": page})


@require_GET
def curves(request: HttpRequest, key: UUID) -> HttpResponse:
    return answered(request, one.read_curves(visible(request, key), request.GET))


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    page = comparing.read(request.user, request.GET)
    return render(request, "runs/compare.html", {"page": page})


@require_GET
def compared_curves(request: HttpRequest) -> HttpResponse:
    return answered(request, comparing.read_curves(request.user, request.GET))


def answered(request: HttpRequest, drawn: one.Drawn) -> HttpResponse:
    """JSON with an ETag: a chart that did not grow costs a 304."""
    etag = quote_etag(drawn.mark)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    return JsonResponse(
        drawn.charts(), headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )


@require_GET
def diff(request: HttpRequest, key: UUID, other: UUID) -> HttpResponse:
    page = comparing.read_diff(
        request.user, visible(request, key), visible(request, other), request.GET.get("path", "")
    )
    return render(request, "runs/diff.html", {"page": page})


@require_GET
def text(request: HttpRequest, key: UUID) -> HttpResponse:
    """A source file of a run, to be read."""
    held = get_object_or_404(
        Artifact.objects.visible_to(request.user).select_related("blob", "run"), pk=key
    )
    return render(request, "runs/text.html", {"page": one.read_text(held)})


@require_POST
@MAY_TIE
def tie(request: HttpRequest, key: UUID) -> HttpResponse:
    """Tie a run to a task by its key, or untie it."""
    held = visible(request, key)
    name = request.POST.get("task", "").strip()
    task = Task.objects.visible_to(request.user).named([name]).first()
    if task is None:
        messages.error(request, f"No task has the key “{name}”.")
    elif "untie" in request.POST:
        links.untie(held, task, by=person(request))
        messages.success(request, f"{held.handle} does not belong to {task.name} any more.")
    else:
        links.tie(held, task, by=person(request))
        messages.success(request, f"{held.handle} belongs to {task.name} now.")
    return redirect("inbox") if "inbox" in request.POST else redirect("run", key)
