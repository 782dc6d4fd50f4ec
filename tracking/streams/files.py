"""Files of runs: bytes into the blob store, then a row each.

The bytes go in before the transaction (they may take minutes); the row only
says which blob it was. A file whose version is unchanged is not opened again,
unless what is kept of it is lost or damaged: then reading again brings it back.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sources import documents
from sources.connectors.base import FileRecord, Gap
from sources.models import Source
from sources.store import Row, Stored, mirror
from tracking import roles
from tracking.blobs import Unreadable, clear_incoming, ingest, seems_whole
from tracking.models import Artifact, Blob, Run
from tracking.streams.naming import LONGEST_SHOWN, TOO_LONG, is_too_long, owner_key


@dataclass(frozen=True, slots=True)
class Pulled:
    """A file's record with what became of its bytes: a blob, or a reason."""

    record: FileRecord
    sha256: str = ""
    name: str = ""
    missing: str = ""


def artifact_id(record: FileRecord) -> str:
    """Every digit of a step counts: a file series may be longer than a million."""
    step = "" if record.step is None else f"\n{record.step!r}"
    kind = "" if record.kind == "run" else f"{record.kind}\n"
    return f"{kind}{record.project}\n{record.run}\n{record.path}{step}"


# ── bytes ────────────────────────────────────────────────────────────────────


def pull(
    source: Source,
    records: Sequence[FileRecord],
    beat: Callable[[], None],
    *,
    behind: Collection[UUID] = (),
) -> list[Pulled]:
    """Bring in the bytes of files that are new or have another version; of the
    runs in `behind`, whose archive is the older, those that nobody has."""
    if not records:
        return []
    clear_incoming()
    held = _held(source, records)
    pulled = []
    for record in records:
        stored = held.get(_key(source, record))
        if stored and (kept := _kept(stored)) and _owner(source, record) in behind:
            pulled.append(Pulled(record, kept, stored.name))
        else:
            pulled.append(_pull_one(record, stored, beat))
    return pulled


def _key(source: Source, record: FileRecord) -> UUID:
    return source.key("artifact", artifact_id(record))


def _owner(source: Source, record: FileRecord) -> UUID:
    return owner_key(source, record.kind, record.project, record.run)


def _held(source: Source, records: Sequence[FileRecord]) -> dict[UUID, Artifact]:
    keys = [_key(source, record) for record in records]
    return Artifact.objects.filter(removed_at=None).select_related("blob").in_bulk(keys)


def _kept(held: Artifact) -> str:
    """The sha256 of its bytes, if they are here, and whole as far as is known."""
    return held.blob.sha256 if held.blob and seems_whole(held.blob) else ""


def _pull_one(record: FileRecord, held: Artifact | None, beat: Callable[[], None]) -> Pulled:
    unchanged = held and record.version and held.version == record.version
    if held and unchanged and (kept := _kept(held)):
        return Pulled(record, kept, held.name)
    if is_too_long(record.path):
        return Pulled(record, missing=TOO_LONG)
    if record.open is None:
        return Pulled(record, name=record.name, missing=record.missing or "not in the source")
    beat()
    try:
        with _opened(record.open) as stream:
            done = ingest(stream, path=record.path, name=record.name, beat=beat)
    except Unreadable as error:
        return Pulled(record, name=record.name, missing=f"could not be read: {error}")
    if held and held.blob_id == done.blob.sha256:
        _note_version(held, record.version)
    return Pulled(record, done.blob.sha256, _name(record, done.ending))


def _note_version(held: Artifact, version: str) -> None:
    """Touched, and not changed: it need not be opened the next time."""
    Artifact.objects.filter(pk=held.pk).exclude(version=version).update(version=version)


def _opened(open_it: Callable[[], BinaryIO]) -> BinaryIO:
    try:
        return open_it()
    except OSError as error:
        raise Unreadable(error.strerror or type(error).__name__) from error


def _name(record: FileRecord, ending: str) -> str:
    """The original name, or the path's last word with the ending its bytes suggest."""
    last = record.name or record.path.rpartition("/")[2]
    return last if "." in last or not ending else last + ending


# ── rows ─────────────────────────────────────────────────────────────────────


def store(source: Source, pulled: Sequence[Pulled], *, behind: Collection[UUID] = ()) -> Stored:
    if not pulled:
        return Stored()
    usable = [one for one in pulled if not is_too_long(one.record.path)]
    files = _worth_storing(source, usable, behind)
    by_id = {artifact_id(one.record): one for one in files}
    blobs = Blob.objects.in_bulk([one.sha256 for one in files if one.sha256])
    rules = roles.rules()

    def row(raw: Mapping[str, Any]) -> Row:
        one = by_id[raw["id"]]
        blob = blobs.get(one.sha256)
        return {
            **_artifact_from(source, one, blob),
            "role": roles.role_of(
                rules,
                path=one.record.path,
                name=one.name,
                media_type=blob.media_type if blob else "",
            ),
        }

    raws = [(name, _raw(name, one)) for name, one in by_id.items()]
    kept = mirror(source, Artifact, "artifact", raws, row, payload=False)
    write_documents(source, [(one.key, one.row) for one in kept.fresh])
    left = len(usable) - len(files)
    return kept.stored + Stored(unchanged=left, gaps=_gaps(pulled))


def _worth_storing(
    source: Source, pulled: Sequence[Pulled], behind: Collection[UUID]
) -> list[Pulled]:
    """But for what an older archive says of a file that is held, and for what an
    archive without the bytes says of one whose bytes are held."""
    archived = [one.record for one in pulled if one.record.archive]
    if not archived:
        return list(pulled)
    held = _held(source, archived)
    return [
        one for one in pulled if not _is_settled(one, held.get(_key(source, one.record)), behind)
    ]


def _is_settled(one: Pulled, held: Artifact | None, behind: Collection[UUID]) -> bool:
    if held is None or not one.record.archive:
        return False
    if not one.sha256:
        return bool(held.blob_id) or held.run_id in behind
    return bool(held.blob_id) and held.run_id in behind


def _gaps(pulled: Sequence[Pulled]) -> tuple[Gap, ...]:
    return tuple(
        Gap(f"{one.record.path[:LONGEST_SHOWN]} of {one.record.run}", one.missing)
        for one in pulled
        if one.missing
    )


def _raw(name: str, one: Pulled) -> dict[str, Any]:
    """What a digest is taken of. Not the version: the same bytes under another
    time of change, in another archive, are the same file."""
    return {
        "id": name,
        "sha256": one.sha256,
        "name": one.name,
        "missing": one.missing,
        "listed": one.record.listed,
    }


def _artifact_from(source: Source, one: Pulled, blob: Blob | None) -> Row:
    record = one.record
    return {
        "run_id": _owner(source, record),
        "path": record.path,
        "name": one.name,
        "size": blob.size if blob else record.size,
        "blob_id": blob.sha256 if blob else None,
        "missing": one.missing,
        "step": record.step,
        "version": record.version,
        "listed": record.listed,
    }


def write_documents(source: Source, files: Sequence[tuple[UUID, Row]]) -> None:
    """Files of runs are found by their names. Each needs `run_id`, `name` and `path`."""
    runs = Run.objects.in_bulk({row["run_id"] for _, row in files})
    found = [
        _document(key, row, runs[row["run_id"]]) for key, row in files if row["run_id"] in runs
    ]
    documents.write(source, found)


def _document(key: UUID, row: Row, run: Run) -> documents.Found:
    return documents.Found(
        key=key,
        kind="file",
        name=row["name"] or row["path"],
        title=row["path"],
        body="",
        url=f"/runs/{run.pk}/#files",
        at=run.started_at or run.modified_at or documents.UNDATED,
    )
