"""Every byte that leaves goes through `serve`: ranges, tags, and harmless headers.

Django answers no Range requests; a download of gigabytes must be able to go on
where it broke off. What a tracker or a person uploaded is never shown as a
page: never sniffed, always sandboxed, an exact type only for what no browser
runs, and a download unless it is a picture that the caller asks to show.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from tracking.blobs import PIECE, open_blob
from tracking.models import Blob

EXACT = {"image/png", "image/jpeg", "text/csv", "application/json", "application/zip"}
SHOWN = {"image/png", "image/jpeg"}
PLAIN = "application/octet-stream"
# As many digits as any size has: int() refuses thousands of them.
ONE_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,19})\s*-\s*([0-9]{0,19})\s*", re.IGNORECASE)
TAG = re.compile(r'(W/)?("[^"]*")')

# Bytes from the first position up to, not with, the second.
type Pieces = Callable[[int, int], Iterator[bytes]]


class Unsatisfiable(ValueError):
    """The range that was asked for lies outside the bytes: 416."""


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
    """Answer GET or HEAD for `size` bytes that `pieces(start, stop)` yields.

    `etag` is the tag without quotes and must change whenever the bytes do.
    `sha256` (hex, of the whole) adds Repr-Digest. One range of bytes is
    answered with 206; several, or one that cannot be read, with the whole.
    """
    tag = f'"{etag}"'
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    if not _matches(request.headers.get("If-Match"), tag, weak=False, absent=True):
        return _marked(HttpResponse(status=412), tag, sha256)
    if _matches(request.headers.get("If-None-Match"), tag, weak=True, absent=False):
        return _marked(HttpResponse(status=304), tag, sha256)
    try:
        part = _range(request, size, tag)
    except Unsatisfiable:
        refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _marked(refused, tag, sha256)
    response = _body(request, part or (0, size), pieces)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part[0]}-{part[1] - 1}/{size}"
    response["Content-Type"] = media_type if media_type in EXACT else PLAIN
    kind = "inline" if inline and media_type in SHOWN else "attachment"
    response["Content-Disposition"] = _disposition(kind, name)
    return _marked(response, tag, sha256)


def serve_blob(
    request: HttpRequest, blob: Blob, *, name: str, inline: bool = False
) -> HttpResponseBase:
    """A stored file. When its bytes are lost or wrong the answer is 410 and says so."""
    if blob.corrupt:
        return gone(f"The bytes of {name} are not what was stored: their sha256 differs.")
    try:
        open_blob(blob).close()
    except FileNotFoundError:
        return gone(f"The bytes of {name} are no longer in the store.")
    return serve(
        request,
        size=blob.size,
        etag=f"sha256-{blob.sha256}",
        media_type=blob.media_type,
        name=name,
        pieces=lambda start, stop: blob_pieces(blob, start, stop),
        inline=inline,
        sha256=blob.sha256,
    )


def serve_bytes(
    request: HttpRequest, content: bytes, *, media_type: str, name: str
) -> HttpResponseBase:
    """A small document that is at hand whole."""
    sha256 = hashlib.sha256(content).hexdigest()
    return serve(
        request,
        size=len(content),
        etag=f"sha256-{sha256}",
        media_type=media_type,
        name=name,
        pieces=lambda start, stop: iter((content[start:stop],)),
        sha256=sha256,
    )


def blob_pieces(blob: Blob, start: int, stop: int) -> Iterator[bytes]:
    """Bytes `start` to `stop` of a blob, a MiB at a time."""
    with open_blob(blob) as stream:
        yield from stream_pieces(stream, start, stop)


def stream_pieces(stream: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    """Raises EOFError when the stream ends early: a short answer must not look whole."""
    stream.seek(start)
    left = stop - start
    while left > 0:
        piece = stream.read(min(PIECE, left))
        if not piece:
            raise EOFError(f"{left} bytes before the end that was promised")
        left -= len(piece)
        yield piece


# ── what was asked ───────────────────────────────────────────────────────────


def _matches(header: str | None, tag: str, *, weak: bool, absent: bool) -> bool:
    """Whether a list of tags names ours. `absent` is the answer to no header."""
    if header is None:
        return absent
    if header.strip() == "*":
        return True
    return any(found == tag and (weak or not mark) for mark, found in TAG.findall(header))


def _range(request: HttpRequest, size: int, tag: str) -> tuple[int, int] | None:
    """The part to send as [start, stop), or None for the whole."""
    header = request.headers.get("Range")
    if header is None or request.method != "GET":
        return None
    # A date in If-Range never matches: nothing here promises a Last-Modified.
    if request.headers.get("If-Range", tag).strip() != tag:
        return None
    asked = ONE_RANGE.fullmatch(header)
    if asked is None or not (asked[1] or asked[2]):
        return None
    return _within(asked[1], asked[2], size)


def _within(first: str, last: str, size: int) -> tuple[int, int] | None:
    if first and last and int(last) < int(first):
        return None  # not a range at all
    if first:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    else:
        start, stop = max(0, size - int(last)), size
    if start >= stop:
        raise Unsatisfiable
    return start, stop


# ── how it is answered ───────────────────────────────────────────────────────


def _body(request: HttpRequest, part: tuple[int, int], pieces: Pieces) -> HttpResponseBase:
    start, stop = part
    response: HttpResponseBase = HttpResponse()
    if request.method == "GET":
        response = StreamingHttpResponse(pieces(start, stop))
    response["Content-Length"] = str(stop - start)
    return response


def _marked(response: HttpResponseBase, tag: str, sha256: str) -> HttpResponseBase:
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if sha256:
        response["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"
    return response


def gone(text: str) -> HttpResponseBase:
    """410 with the reason, for bytes that are lost or are not what they were."""
    body = {"type": "about:blank", "title": "Gone", "status": 410, "detail": text}
    return JsonResponse(body, status=410, content_type="application/problem+json")


def _disposition(kind: str, name: str) -> str:
    """RFC 6266 with RFC 5987: every name reaches every client, and none adds a header."""
    last = "".join(sign for sign in PurePosixPath(name).name if sign.isprintable()) or "file"
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in last)
    if plain == last:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(last, safe='')}"
