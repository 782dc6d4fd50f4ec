"""Bytes of runs' files: one access rule, one way out."""

from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tracking.models import Artifact
from tracking.plots import LARGE, SMALL, NoPicture, redrawn
from tracking.serving import serve, serve_blob


def artifact_for(request: HttpRequest, key: UUID) -> Artifact:
    """404 for what is not there, not visible, or has no bytes here."""
    held = Artifact.objects.visible_to(request.user).select_related("blob")
    return get_object_or_404(held, pk=key, blob__isnull=False)


@require_safe
def file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    artifact = artifact_for(request, key)
    assert artifact.blob is not None
    return serve_blob(request, artifact.blob, name=artifact.name or artifact.path)


@require_safe
def picture(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """An image of a run, drawn anew, to be shown within a page; `?small` for a row of many."""
    blob = artifact_for(request, key).blob
    assert blob is not None
    side = SMALL if "small" in request.GET else LARGE
    try:
        body = redrawn(blob, side=side)
    except NoPicture as reason:
        raise Http404(str(reason)) from None

    def pieces(start: int, end: int) -> Iterator[bytes]:
        yield body[start:end]

    return serve(
        request,
        size=len(body),
        etag=f"drawn-{side}-{blob.sha256}",
        media_type="image/png",
        name="picture.png",
        pieces=pieces,
        inline=True,
    )
