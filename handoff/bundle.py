"""A sealed record as one download: its files, what proves them, how to use them.

The zip is never stored. Its bytes follow from the record's, the blobs' and
this code's; when any of these changes, so does its ETag.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from handoff import reproducing
from handoff.models import Record, RecordFile
from handoff.sealed import Sealed, read
from handoff.stored_zip import Member, StoredZip, member_of_bytes
from handoff.verify import ITSELF, MANIFEST, RECORD
from tracking.blobs import path_of
from tracking.models import Blob
from tracking.serving import blob_pieces, gone, serve

FORM = "1"  # of the bundle: raise it when its layout changes


@dataclass(frozen=True, slots=True)
class Bundle:
    """`lost` are the files whose bytes are no longer what was sealed."""

    name: str
    etag: str
    zip: StoredZip
    lost: Sequence[str]

    @property
    def size(self) -> int:
        return self.zip.size


def of(record: Record) -> Bundle:
    """One query. Raises ValueError for a draft."""
    sealed = read(record)
    files = list(record.files.select_related("blob").order_by("path"))
    made = documents(sealed, bytes(record.body or b""))
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in made.items()}
    sums |= {one.path: one.blob_id for one in files}
    listed = manifest(sums)
    top = f"{sealed.model}-v{sealed.version}"
    members = [
        member_of_bytes(f"{top}/{path}", content)
        for path, content in [*made.items(), (MANIFEST, listed)]
    ]
    members += [_member(top, one) for one in files]
    at = sealed.sealed_at
    told = f"{FORM}\n{top}\n{at.isoformat()}\n".encode() + listed
    etag = f"bundle-{hashlib.sha256(told).hexdigest()}"
    return Bundle(f"{top}.zip", etag, StoredZip(members, at), _lost(files))


def serve_bundle(request: HttpRequest, record: Record) -> HttpResponseBase:
    """The zip, or any range of it; 410 when a file of it is no longer what was sealed."""
    bundle = of(record)
    if bundle.lost:
        names = ", ".join(bundle.lost)
        return gone(f"The stored bytes of {names} are lost or changed since the seal.")
    return serve(
        request,
        size=bundle.size,
        etag=bundle.etag,
        media_type="application/zip",
        name=bundle.name,
        pieces=bundle.zip.pieces,
    )


def documents(sealed: Sealed, body: bytes) -> dict[str, bytes]:
    """What a bundle holds besides the files that were sealed, by path."""
    script = reproducing.script(sealed)
    made = {
        RECORD: body,
        "README.md": _read_me(sealed, can_reproduce=script is not None),
        "verify.py": _verifier(),
    }
    return made if script is None else made | {"reproduce.sh": script}


def manifest(sums: dict[str, str]) -> bytes:
    """As `sha256sum -c` reads it, and last its own sum, which that passes over."""
    lines = "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))
    return f"{lines}{ITSELF}{hashlib.sha256(lines.encode()).hexdigest()}\n".encode()


@cache
def _verifier() -> bytes:
    return Path(__file__).with_name("verify.py").read_bytes()


def _read_me(sealed: Sealed, *, can_reproduce: bool) -> bytes:
    # Formatted here: a template would write it in the zone of whoever downloads.
    at = f"{sealed.sealed_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    values = {"sealed": sealed, "at": at, "can_reproduce": can_reproduce}
    return render_to_string("handoff/bundle/README.md", values).encode()


def _member(top: str, file: RecordFile) -> Member:
    blob = file.blob

    def pieces(start: int, stop: int) -> Iterator[bytes]:
        return blob_pieces(blob, start, stop)

    return Member(f"{top}/{file.path}", blob.size, blob.crc32, pieces)


def _lost(files: Sequence[RecordFile]) -> list[str]:
    return [one.path for one in files if not _is_whole(one.blob)]


def _is_whole(blob: Blob) -> bool:
    """As far as a glance can tell; the bytes themselves are hashed by night (tasks)."""
    path = path_of(blob.sha256)
    return not blob.corrupt and path.is_file() and path.stat().st_size == blob.size
