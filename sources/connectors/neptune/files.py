"""Files, file sets and datasets of a row."""

import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from sources.connectors.base import FileRecord, Gap, Unavailable
from sources.connectors.neptune.rows import Row, Shown
from sources.connectors.neptune.troubles import NotThere
from sources.connectors.neptune.wire import Wire
from sources.connectors.neptune.zips import Kept, Member, TooBig, ZipLimits

ZIP_PATIENCE = 120.0
FIRST_POLL = 0.5
LONGEST_POLL = 5.0
KEPT_ELSEWHERE = "Neptune keeps the list of a dataset's files, never their bytes"


def files_of(wire: Wire, row: Row, shown: Shown, limits: ZipLimits) -> Iterator[FileRecord | Gap]:
    """One record a file, a member of a set, or a dataset. Only a set's zip is
    downloaded here; files are when their record is opened."""
    return BY_TYPE[shown.type](wire, row, shown, limits)


def one_file(wire: Wire, row: Row, shown: Shown, _: ZipLimits) -> Iterator[FileRecord]:
    experiment, path = row.entry.id, shown.path

    def open_file() -> BinaryIO:
        return wire.download("downloadAttribute", experiment, path)

    size, name = shown.properties.get("size"), file_name(shown)
    yield FileRecord(
        row.record.project,
        row.record.run,
        path,
        size,
        open_file,
        kind=row.record.kind,
        name=name,
        version=f"{size} {name} {row.version}",
    )


def file_name(shown: Shown) -> str:
    """The name with its ending, which a server may tell apart from each other."""
    name = str(shown.properties.get("name") or shown.path.rpartition("/")[2])
    ending = shown.properties.get("ext")
    return f"{name}.{ending}" if ending and not name.endswith(f".{ending}") else name


# ── file sets ────────────────────────────────────────────────────────────────


def file_set(wire: Wire, row: Row, shown: Shown, limits: ZipLimits) -> Iterator[FileRecord | Gap]:
    if shown.properties.get("size") == 0:
        return
    try:
        with zip_stream(wire, row, shown) as stream:
            kept = Kept(stream, limits)
    except TooBig:
        yield Gap(shown.path, f"its zip is larger than the {limits.packed:,} bytes that are read")
        return
    except NotThere:
        yield Gap(shown.path, "was deleted while it was read")
        return
    for one in kept.members(limits):
        yield member(row, shown, kept, one)


def member(row: Row, shown: Shown, kept: Kept, one: Member | Gap) -> FileRecord | Gap:
    if isinstance(one, Gap):
        return Gap(f"{shown.path}/{one.what}".rstrip("/"), one.why)
    return FileRecord(
        row.record.project,
        row.record.run,
        f"{shown.path}/{one.name}",
        one.size,
        opener(kept, one.name),
        kind=row.record.kind,
        name=one.name.rpartition("/")[2],
        version=one.version,
    )


def opener(kept: Kept, name: str) -> Callable[[], BinaryIO]:
    return lambda: kept.open(name)


def zip_stream(wire: Wire, row: Row, shown: Shown) -> BinaryIO:
    """The server packs it first, and says when it is ready."""
    request = wire.ask_part(
        "leaderboard",
        "prepareForDownloadFileSetAttributeZip",
        experimentId=row.entry.id,
        attribute=shown.path,
    )
    pause, deadline = FIRST_POLL, time.monotonic() + ZIP_PATIENCE
    while not (address := address_of(wire, request["id"])):
        if time.monotonic() + pause > deadline:
            raise Unavailable(f"{wire.host}: its zip did not get ready.")
        wire.sleep(pause)
        pause = min(2 * pause, LONGEST_POLL)
    return wire.fetch(address)


def address_of(wire: Wire, request: str) -> str:
    answer = wire.ask_part("leaderboard", "getDownloadPrepareRequest", id=request)
    return str(answer.get("downloadUrl") or "")


# ── datasets ─────────────────────────────────────────────────────────────────


def dataset(wire: Wire, row: Row, shown: Shown, _: ZipLimits) -> Iterator[FileRecord | Gap]:
    """An artifact: the list of its files as the server tells it, by hash."""
    digest = shown.properties.get("hash")
    if not digest:
        return
    files = listing(wire, row.project_id, digest)
    if files is None:
        yield Gap(shown.path, "this server does not tell which files it holds")
        return
    yield FileRecord(
        row.record.project,
        row.record.run,
        shown.path,
        sum(file.get("size") or 0 for file in files),
        None,
        kind=row.record.kind,
        missing=KEPT_ELSEWHERE,
        version=digest,
        listed=files,
    )


def listing(wire: Wire, project_id: str, digest: str) -> list[dict[str, Any]] | None:
    if not wire.has("artifacts", "listArtifactFiles"):
        return None
    try:
        answer = wire.ask_part(
            "artifacts", "listArtifactFiles", projectIdentifier=project_id, hash=digest
        )
    except NotThere:
        return None
    return list(answer["files"])


BY_TYPE: dict[str, Callable[[Wire, Row, Shown, ZipLimits], Iterator[FileRecord | Gap]]] = {
    "file": one_file,
    "fileSet": file_set,
    "artifact": dataset,
}
