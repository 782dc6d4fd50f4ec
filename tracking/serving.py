"""Every byte that leaves goes through `serve`: ranges, tags, and harmless headers.

Django answers no Range requests; a download of gigabytes must be able to go on
where it broke off. Files of runs are strangers' files: they are attachments,
sandboxed, and never sniffed.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from tracking.blobs import open_blob
from tracking.models import Blob

PIECE = 1 << 18
# Types that a browser may be told; everything else is a stream of octets.
PLAIN_TYPES = {"image/png", "image/jpeg", "text/csv", "application/json", "application/zip"}
RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")

# Bytes from the first position up to, not with, the second.
type Pieces = Callable[[int, int], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Span:
    """`start` to `end`, without `end`. `partial`: the request asked for it."""

    start: int
    end: int
    partial: bool


class Unsatisfiable(Exception):
    """A range that lies outside the bytes: 416."""


def span(request: HttpRequest, size: int, etag: str) -> Span:
    """The asked part. Several ranges, and nonsense, mean all of it (RFC 9110, 14.2).

    With If-Range, a part is given only of the very bytes that the asker has.
    """
    whole = Span(0, size, partial=False)
    asked = RANGE.match(request.headers.get("Range", "").replace(" ", ""))
    if asked is None or asked.groups() == ("", ""):
        return whole
    condition = request.headers.get("If-Range")
    if condition is not None and condition.strip() != etag:
        return whole
    first, last = asked.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return whole
    if start >= end:
        raise Unsatisfiable
    return Span(start, end, partial=True)


def serve(
    request: HttpRequest,
    *,
    size: int,
    etag: str,
    media_type: str,
    name: str,
    pieces: Pieces,
    inline: bool = False,
    sha256: str = "",
) -> HttpResponseBase:
    """The bytes, or the part of them that is asked for. `etag` without quotes."""
    tag = quote_etag(etag)
    headers = _headers(tag, media_type, name, sha256=sha256, inline=inline)
    if _is_held(request, tag):
        return HttpResponse(status=304, headers=headers)
    try:
        part = span(request, size, tag)
    except Unsatisfiable:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Length"] = str(part.end - part.start)
    if part.partial:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    status = 206 if part.partial else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(pieces(part.start, part.end), status=status, headers=headers)


def _is_held(request: HttpRequest, tag: str) -> bool:
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return tag in held or "*" in held


def _headers(tag: str, media_type: str, name: str, *, sha256: str, inline: bool) -> dict[str, str]:
    plain = media_type if media_type in PLAIN_TYPES else "application/octet-stream"
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Type": plain,
        "Content-Disposition": content_disposition_header(not inline, name) or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    if sha256:
        headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"
    return headers


def serve_blob(request: HttpRequest, blob: Blob, *, name: str) -> HttpResponseBase:
    """A stored blob, under its own sha256 as ETag."""

    def pieces(start: int, end: int) -> Iterator[bytes]:
        with open_blob(blob) as stream:
            stream.seek(start)
            left = end - start
            while left and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    return serve(
        request,
        size=blob.size,
        etag=f"sha256-{blob.sha256}",
        media_type=blob.media_type,
        name=name,
        pieces=pieces,
        sha256=blob.sha256,
    )
