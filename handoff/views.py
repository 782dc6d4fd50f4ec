"""Get, call, answer: records and their bytes."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from handoff import bundle
from handoff import draft as drafts
from handoff.models import Record, RecordFile
from handoff.pages import draft as draft_page
from handoff.pages import index as index_page
from handoff.pages import record as record_page
from handoff.seal import seal as make_seal
from sources.store import clean
from tracking.models import Run
from tracking.plots import NoPicture, redrawn
from tracking.serving import serve, serve_blob, serve_bytes

MAY_ADD = permission_required("handoff.add_record", raise_exception=True)
MAY_SEAL = permission_required("handoff.seal_record", raise_exception=True)


def asker(request: HttpRequest) -> User:
    """Pages are behind a login."""
    return cast(User, request.user)


def visible(request: HttpRequest, key: UUID) -> Record:
    held = Record.objects.visible_to(request.user)
    return get_object_or_404(held.select_related("model", "sealed_by", "created_by"), pk=key)


def visible_sealed(request: HttpRequest, key: UUID) -> Record:
    found = visible(request, key)
    if not found.sealed:
        raise Http404("A draft hands nothing out.")
    return found


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    page = index_page.read(request.user, request.GET)
    return render(request, "handoff/index.html", {"page": page})


@require_POST
@MAY_ADD
def start(request: HttpRequest) -> HttpResponse:
    """A draft of ?run=; the one that is there already, when there is one."""
    runs = Run.objects.visible_to(request.user).select_related("project")
    run = get_object_or_404(runs, pk=_key(request.GET.get("run", "")))
    return redirect("record", drafts.start(run, by=asker(request)).pk)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("No such run.") from None


@require_GET
def record(request: HttpRequest, key: UUID) -> HttpResponse:
    found = visible(request, key)
    if found.sealed:
        root = request.build_absolute_uri("/").rstrip("/")
        page = record_page.read(request.user, found, root)
        return render(request, "handoff/record.html", {"page": page})
    return drawn(request, draft_page.read(request.user, found))


def drawn(request: HttpRequest, page: draft_page.Page | draft_page.Gone) -> HttpResponse:
    if isinstance(page, draft_page.Gone):
        return render(request, "handoff/gone.html", {"page": page}, status=410)
    return render(request, "handoff/draft.html", {"page": page})


@require_POST
@MAY_ADD
def state(request: HttpRequest, key: UUID) -> HttpResponse:
    """Write down what a person knows; what cannot be taken is said at the form."""
    found = visible(request, key)
    if found.sealed:
        messages.error(request, f"{found} is sealed: nothing in it can change.")
        return redirect("record", key)
    page = draft_page.read(request.user, found, request.POST)
    if isinstance(page, draft_page.Gone) or not page.form.is_valid():
        return drawn(request, page)
    try:
        drafts.state(found, page.form.words(), by=asker(request))
    except drafts.Refused as refused:
        page.form.add_error(None, str(refused))
        return drawn(request, page)
    messages.success(request, "Written down, with your name and the time.")
    return redirect("record", key)


@require_POST
@MAY_SEAL
def seal(request: HttpRequest, key: UUID) -> HttpResponse:
    found = visible(request, key)
    try:
        made = make_seal(found, by=asker(request))
    except drafts.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{made} is sealed: sha256:{made.digest}")
    return redirect("record", key)


# ── bytes ────────────────────────────────────────────────────────────────────


@require_safe
def record_json(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The sealed bytes themselves."""
    found = visible_sealed(request, key)
    name = f"{found.model_id}-v{found.version}.json"
    body = bytes(found.body or b"")
    return serve_bytes(request, body, media_type="application/json", name=name)


@require_safe
def record_bundle(request: HttpRequest, key: UUID) -> HttpResponseBase:
    return bundle.serve_bundle(request, visible_sealed(request, key))


@require_safe
def record_file(request: HttpRequest, key: UUID, path: str) -> HttpResponseBase:
    file = _file(request, key, path)
    return serve_blob(request, file.blob, name=file.path)


@require_safe
def record_picture(request: HttpRequest, key: UUID, path: str) -> HttpResponseBase:
    """A plot of a record, drawn anew, to be shown within its page."""
    blob = _file(request, key, path).blob
    try:
        body = redrawn(blob)
    except NoPicture as reason:
        raise Http404(str(reason)) from None
    return serve(
        request,
        size=len(body),
        etag=f"drawn-{blob.sha256}",
        media_type="image/png",
        name="picture.png",
        pieces=lambda begin, end: iter((body[begin:end],)),
        inline=True,
    )


def _file(request: HttpRequest, key: UUID, path: str) -> RecordFile:
    files = visible_sealed(request, key).files.select_related("blob")
    return get_object_or_404(files, path=clean(path))
