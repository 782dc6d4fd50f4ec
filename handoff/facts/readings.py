"""What a file's own bytes say, read once for each content.

The answer belongs to a sha256, so it never grows old; it is kept in the cache,
which may forget it. A seal reads again.
"""

from collections.abc import Callable
from typing import Any, BinaryIO

from django.core.cache import cache

from tracking.blobs import open_blob, path_of
from tracking.models import Blob

KEPT = 30 * 24 * 3600
VERSION = 1  # of the readers: raise it when one of them tells more

type Reading = dict[str, Any]
type Reader = Callable[[BinaryIO, int], Reading]


def reading(kind: str, blob: Blob, read: Reader, *, fresh: bool) -> Reading:
    """`read(stream, size)`, or {"trouble": why} when the bytes are lost or damaged,
    whatever is remembered of them."""
    if trouble := trouble_of(blob):
        return {"trouble": trouble}
    place = f"reading:{VERSION}:{kind}:{blob.sha256}"
    held: Reading | None = None if fresh else cache.get(place)
    if held is not None:
        return held
    with open_blob(blob) as stream:
        found = read(stream, blob.size)
    cache.set(place, found, KEPT)
    return found


def trouble_of(blob: Blob) -> str:
    """What a glance at the store tells; a seal hashes every byte."""
    if blob.corrupt:
        return "its stored bytes are not those that came in"
    return "" if path_of(blob.sha256).is_file() else "its bytes are no longer in the store"
