"""What every view of the API is made of: a scope, an ETag, pages with a token."""

from collections.abc import Callable, Hashable, Sequence
from hashlib import sha256
from typing import Any

from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

MOST = 500  # rows of one page
FIRST = "first"  # the first page's place, which has no row before it


class Answer(APIView):
    """`scope` is what a token needs to call it; a browser's session has all.

    A GET answers with an ETag of its bytes: who asks again with If-None-Match
    gets a 304 while nothing changed.
    """

    scope = "read"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "GET" and isinstance(final, Response) and final.status_code == 200:
            final.add_post_render_callback(lambda done: tagged(request, done))
        return final


def tagged(request: Request, response: Response) -> Response:
    etag = quote_etag(sha256(response.content).hexdigest()[:32])
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in held or "*" in held:
        response.status_code = 304
        response.content = b""
    return response


def paged[Row](
    rows: Sequence[Row], request: Request, key: Callable[[Row], Hashable]
) -> dict[str, Any]:
    """A page of a list that is short enough to be read whole; `key` is a row's own.

    A place is the key of the row before the page. One that is not there any more
    means the beginning.
    """
    keys, many = [str(key(row)) for row in rows], size(request)
    at = request.query_params.get("at", "")
    begin = keys.index(at) + 1 if at in keys else 0
    end, before = begin + many, begin - many
    return {
        "rows": rows[begin:end],
        "older": keys[end - 1] if end < len(rows) else "",
        "newer": keys[before - 1] if before > 0 else FIRST if begin else "",
    }


def size(request: Request, *, usual: int = 100) -> int:
    """How many rows are asked for; nonsense means the usual number."""
    text = request.query_params.get("limit", "")
    return max(1, min(int(text), MOST)) if text.isdecimal() else usual
