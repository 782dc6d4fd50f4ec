"""Get, call, answer."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET, require_POST

from portal import tasks
from portal.freshness import read as standings
from portal.pages.asking import person, word
from portal.pages.sources import foreseen as foretold
from portal.pages.sources import progress as moving
from portal.pages.sources import reading
from portal.pages.sources.forms import SourceForm
from portal.streams import KINDS
from sources.models import Source

MAY_ADD = permission_required("sources.add_source", raise_exception=True)
MAY_CHANGE = permission_required("sources.change_source", raise_exception=True)
MAY_SYNC = permission_required("sources.sync_source", raise_exception=True)


def visible(request: HttpRequest, slug: str) -> Source:
    return get_object_or_404(Source.objects.visible_to(request.user), slug=slug)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    page = reading.Index(standings(request.user), request.user)
    return render(request, "sources/index.html", {"page": page})


@require_GET
def source(request: HttpRequest, slug: str) -> HttpResponse:
    page = reading.read(request.user, visible(request, slug), request.GET)
    return render(request, "sources/source.html", {"page": page})


@require_GET
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The moving part of the page, for polling: a 304 while nothing moved."""
    page = moving.read(request.user, visible(request, slug))
    etag = quote_etag(page.mark)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    answer = render(request, "sources/progress.html", {"progress": page})
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache"
    return answer


@MAY_ADD
def add(request: HttpRequest) -> HttpResponse:
    """First the kind, then its form."""
    kind = word(request.GET, "kind")
    if kind not in KINDS:
        return render(request, "sources/kinds.html", {"kinds": KINDS})
    form = SourceForm(kind, request.POST or None)
    return edited(request, form, kind)


@MAY_CHANGE
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    held = visible(request, slug)
    if held.kind not in KINDS:
        raise Http404(f"Nothing here reads sources of the kind {held.kind}.")
    form = SourceForm(held.kind, request.POST or None, source=held)
    return edited(request, form, held.kind)


def edited(request: HttpRequest, form: SourceForm, kind: str) -> HttpResponse:
    """Test connection shows what the other side says, What would change what is
    stored; both store nothing."""
    tested = foreseen = None
    if request.method == "POST" and form.is_valid():
        if "test" in request.POST:
            tested = reading.test(form)
        elif "foresee" in request.POST and form.source and form.kind.maps:
            foreseen = foretold.read(form)
        else:
            saved = form.save()
            start = tasks.start_remap if form.only_maps else tasks.start_sync
            start(saved, by=person(request))
            messages.success(request, form.saved_words)
            seen = Source.objects.visible_to(request.user).filter(pk=saved.pk).exists()
            return redirect("source", saved.slug) if seen else redirect("sources")
    page = {"form": form, "kind": KINDS[kind], "source": form.source}
    return render(request, "sources/form.html", page | {"tested": tested, "foreseen": foreseen})


@require_POST
@MAY_SYNC
def sync(request: HttpRequest, slug: str) -> HttpResponse:
    held = visible(request, slug)
    if held.kind not in KINDS:
        messages.error(request, f"Nothing here reads sources of the kind {held.kind}.")
    elif tasks.start_sync(held, by=person(request)):
        messages.success(request, f"A sync of {held.name} has started.")
    else:
        messages.info(request, f"A sync of {held.name} is under way already.")
    return redirect("source", slug)


@require_POST
@MAY_CHANGE
def remap(request: HttpRequest, slug: str) -> HttpResponse:
    """Maps anew what is stored, and asks the source for nothing."""
    held = visible(request, slug)
    if held.kind not in KINDS or not KINDS[held.kind].maps:
        messages.error(request, f"{held.name} has no settings by which records are mapped.")
    elif tasks.start_remap(held, by=person(request)):
        messages.success(request, f"What is stored of {held.name} is mapped anew.")
    else:
        messages.info(request, "A sync is under way; the next whole one begins with it.")
    return redirect("source", slug)


@require_POST
@MAY_CHANGE
def believe(request: HttpRequest, slug: str) -> HttpResponse:
    """What it no longer lists has really gone."""
    held = visible(request, slug)
    if held.kind not in KINDS:
        messages.error(request, f"Nothing here reads sources of the kind {held.kind}.")
    elif tasks.believe(held, by=person(request)):
        messages.success(request, f"For an hour, what {held.name} no longer lists is hidden here.")
    else:
        messages.info(request, "A sync is under way: say it again when it has ended.")
    return redirect("source", slug)


@require_POST
@MAY_SYNC
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Pauses, or goes on; a sync that runs is not cut off."""
    held = visible(request, slug)
    held.paused = not held.paused
    held.save(update_fields=("paused",))
    messages.success(request, f"{held.name} {'is paused' if held.paused else 'goes on'}.")
    return redirect("source", slug)
