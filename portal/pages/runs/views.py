"""Get, call, answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_GET, require_POST

from portal.pages.asking import word, words
from portal.pages.plan import finding
from portal.pages.plan.acts import tie_one
from portal.pages.runs import comparing, drawn, files, listing, one
from tracking.models import Artifact, Run

MAY_TIE = permission_required("sprints.add_evidence", raise_exception=True)


def visible(request: HttpRequest, key: UUID) -> Run:
    held = Run.objects.visible_to(request.user).select_related("project", "source")
    return get_object_or_404(held, pk=key)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    page = listing.read(request.user, request.GET)
    return render(request, "runs/index.html", {"page": page})


@require_GET
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The table as a file; a filter that cannot be read is told on the page."""
    export = listing.export(request.user, request.GET)
    if export.problem:
        page = listing.read(request.user, request.GET)
        return render(request, "runs/index.html", {"page": page}, status=400)
    answer = StreamingHttpResponse(export.lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="runs.csv"'
    return answer


@require_GET
def columns(request: HttpRequest) -> HttpResponse:
    """The column chooser: names that hold the typed letters, ticked or not."""
    page = {
        "found": listing.suggested(request.user, word(request.GET, "text")),
        "chosen": words(request.GET, "col"),
        "text": word(request.GET, "text"),
        "query": word(request.GET, "q"),
    }
    return render(request, "runs/columns.html", page)


@require_GET
def run(request: HttpRequest, key: UUID) -> HttpResponse:
    page = one.read(request.user, visible(request, key), request.GET)
    return render(request, "runs/run.html", {"page": page})


@require_GET
def curves(request: HttpRequest, key: UUID) -> HttpResponse:
    return answered(request, drawn.of_run(visible(request, key), request.GET))


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    page = comparing.read(request.user, request.GET)
    return render(request, "runs/compare.html", {"page": page})


@require_GET
def compared_curves(request: HttpRequest) -> HttpResponse:
    runs, _ = comparing.chosen(request.user, request.GET)
    return answered(request, drawn.of_runs(runs, request.GET))


def answered(request: HttpRequest, found: drawn.Drawn) -> HttpResponse:
    """JSON with an ETag: a chart that did not grow costs a 304."""
    etag = quote_etag(found.mark)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": etag})
    return JsonResponse(
        found.charts(), headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )


@require_GET
def diff(request: HttpRequest, key: UUID, other: UUID) -> HttpResponse:
    page = comparing.read_diff(
        request.user, visible(request, key), visible(request, other), word(request.GET, "path")
    )
    return render(request, "runs/diff.html", {"page": page})


@require_GET
def diff_with(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the run page's choice of another run leads."""
    held = visible(request, key)
    chosen, _ = comparing.chosen(request.user, request.GET)
    if not chosen:
        messages.error(request, "Choose a run to compare the source with.")
        return redirect("run", held.pk)
    return redirect(files.diff_url(held.pk, chosen[0].pk))


@require_GET
def text(request: HttpRequest, key: UUID) -> HttpResponse:
    """A source file of a run, to be read."""
    shown = Artifact.objects.visible_to(request.user).select_related("blob", "run")
    held = get_object_or_404(shown, pk=key)
    return render(request, "runs/text.html", {"page": files.read_text(held)})


@require_POST
@MAY_TIE
def tie(request: HttpRequest, key: UUID) -> HttpResponse:
    """Tie a run to a task, by its key or its id, or untie it. Where several
    tasks have the key, the person is asked which: never a guess."""
    held = visible(request, key)
    name = word(request.POST, "task").strip()
    tasks = finding.asked(request.user, name)
    if len(tasks) > 1:
        page = {"run": held, "name": name.upper(), "untie": "untie" in request.POST, "tasks": tasks}
        return render(request, "runs/which_task.html", page)
    if not tasks:
        messages.error(request, finding.unclear(name, 0))
    else:
        tie_one(request, held, tasks[0])
    return redirect("run", key)
