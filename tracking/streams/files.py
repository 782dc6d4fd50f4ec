"""Files of runs: bytes into the blob store, then a row each.

The bytes go in before the transaction (they may take minutes); the row only
says which blob it was. A file whose version is unchanged is not opened again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from sources import documents
from sources.connectors.base import FileRecord, Gap
from sources.models import Source
from sources.store import Fresh, Row, Stored, mirror
from tracking import roles
from tracking.blobs import ingest
from tracking.models import Artifact, Blob, Run
from tracking.streams.naming import owner_key


@dataclass(frozen=True, slots=True)
class Pulled:
    """A file's record with what became of its bytes: a blob, or a reason."""

    record: FileRecord
    sha256: str = ""
    name: str = ""
    missing: str = ""


def artifact_id(record: FileRecord) -> str:
    step = "" if record.step is None else f"\n{record.step:g}"
    return f"{record.project}\n{record.run}\n{record.path}{step}"


# ── bytes ────────────────────────────────────────────────────────────────────


def pull(source: Source, records: Sequence[FileRecord], beat: Callable[[], None]) -> list[Pulled]:
    """Bring in the bytes of files that are new or have another version."""
    held = _held(source, records)
    return [_pull_one(record, held.get(_key(source, record)), beat) for record in records]


def _key(source: Source, record: FileRecord) -> UUID:
    return source.key("artifact", artifact_id(record))


def _held(source: Source, records: Sequence[FileRecord]) -> dict[UUID, Artifact]:
    keys = [_key(source, record) for record in records]
    return Artifact.objects.filter(removed_at=None).in_bulk(keys)


def _pull_one(record: FileRecord, held: Artifact | None, beat: Callable[[], None]) -> Pulled:
    if held and held.blob_id and record.version and held.version == record.version:
        return Pulled(record, held.blob_id, held.name)
    if record.open is None:
        return Pulled(record, name=record.name, missing=record.missing or "not in the source")
    beat()
    try:
        with record.open() as stream:
            done = ingest(stream, path=record.path, name=record.name, beat=beat)
    except OSError as error:
        why = f"could not be read: {error.strerror or type(error).__name__}"
        return Pulled(record, name=record.name, missing=why)
    return Pulled(record, done.blob.sha256, _name(record, done.ending))


def _name(record: FileRecord, ending: str) -> str:
    """The original name, or the path's last word with the ending its bytes suggest."""
    last = record.name or record.path.rpartition("/")[2]
    return last if "." in last or not ending else last + ending


# ── rows ─────────────────────────────────────────────────────────────────────


def store(source: Source, pulled: Sequence[Pulled]) -> Stored:
    files = [one for one in pulled if one.record.kind == "run"]
    if not files:
        return Stored()
    by_id = {artifact_id(one.record): one for one in files}
    blobs = Blob.objects.in_bulk([one.sha256 for one in files if one.sha256])
    rules = roles.rules()

    def row(raw: Mapping[str, Any]) -> Row:
        one = by_id[raw["id"]]
        blob = blobs.get(one.sha256)
        return {
            **_artifact_from(source, one, blob),
            "role": roles.role_of(rules, one.record.path, blob.media_type if blob else ""),
        }

    raws = ((name, _raw(name, one)) for name, one in by_id.items())
    kept = mirror(source, Artifact, "artifact", raws, row, payload=False)
    _write_documents(source, kept.fresh)
    gaps = tuple(
        Gap(f"{one.record.path} of {one.record.run}", one.missing) for one in files if one.missing
    )
    return kept.stored + Stored(gaps=gaps)


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
        "run_id": owner_key(source, record.kind, record.project, record.run),
        "path": record.path,
        "name": one.name,
        "size": blob.size if blob else record.size,
        "blob_id": blob.sha256 if blob else None,
        "missing": one.missing,
        "step": record.step,
        "version": record.version,
        "listed": record.listed,
    }


def _write_documents(source: Source, fresh: Sequence[Fresh[Any]]) -> None:
    runs = Run.objects.in_bulk({one.row["run_id"] for one in fresh})
    now = timezone.now()
    found = [
        documents.Found(
            key=one.key,
            kind="file",
            name=one.row["name"] or one.row["path"],
            title=one.row["path"],
            body="",
            url=f"/runs/{one.row['run_id']}/#files",
            at=_time(runs.get(one.row["run_id"])) or now,
        )
        for one in fresh
    ]
    documents.write(source, found)


def _time(run: Run | None) -> Any:
    return run and (run.started_at or run.modified_at)
