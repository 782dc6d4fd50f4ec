"""Making a record unchangeable: every byte read again, a version, exact words, a digest."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from handoff import facts
from handoff.canonical import canonical
from handoff.draft import Refused, locked
from handoff.models import Model, Record, RecordFile
from tracking import blobs

SCHEMA = "labledger-record/1"


def seal(record: Record, *, by: User) -> Record:
    """Seal a draft; raises Refused, in words, and then the draft is as it was.

    All files are read from the disk and hashed before anything is locked (a
    gigabyte takes seconds); a changed or lost byte refuses the seal and names
    the file. Then, in one transaction and alone on its model: the next version,
    the facts as they are now, record.json, the rows of its files.
    """
    if record.sealed:
        raise Refused(f"{record} is sealed already.")
    first = _known(record, by, fresh=True)
    if lacking := facts.no_checkpoint(first.gathered):
        raise Refused(lacking)
    hashed = first.files
    _read_again(hashed)
    with transaction.atomic():
        held = locked(record)
        model = Model.objects.select_for_update().get(pk=held.model_id)
        known = _known(held, by, fresh=False)
        if known.files != hashed:
            raise Refused("The run's files changed while it was being sealed. Look, and try again.")
        _write(held, model, known, by)
    return held


def _known(record: Record, by: User, *, fresh: bool) -> facts.Known:
    try:
        return facts.read(record, by, fresh=fresh)
    except facts.RunGone as gone:
        raise Refused(str(gone)) from gone


def _read_again(files: Sequence[facts.File]) -> None:
    """Outside of a transaction, so that what is found broken stays marked as broken."""
    broken = [one.path for one in files if not blobs.verify(one.blob)]
    if broken:
        raise Refused(
            f"Not sealed: the stored bytes of {', '.join(broken)} are not those that came in."
            " Read the source again, or restore the blob store."
        )


def _write(record: Record, model: Model, known: facts.Known, by: User) -> None:
    now = timezone.now().replace(microsecond=0)
    record.version = (model.records.aggregate(last=Max("version"))["last"] or 0) + 1
    record.sealed_by, record.sealed_at = by, now
    record.body = canonical(_words(record, model, known, now))
    record.digest = hashlib.sha256(record.body).hexdigest()
    # The files first: once the record is sealed, the database takes no more of them.
    record.files.all().delete()
    RecordFile.objects.bulk_create(
        RecordFile(record=record, path=one.path, role=one.role, blob=one.blob)
        for one in known.files
    )
    record.save()


def _words(record: Record, model: Model, known: facts.Known, now: datetime) -> dict[str, Any]:
    """What record.json says. A new form of it is a new SCHEMA."""
    assert record.sealed_by is not None
    return {
        "schema": SCHEMA,
        "id": str(record.pk),
        "model": {"slug": model.slug, "name": model.name},
        "version": record.version,
        "previous": _previous(model),
        "sealed_at": now.isoformat().replace("+00:00", "Z"),
        "sealed_by": record.sealed_by.get_username(),
        "facts": known.as_json(),
        "files": [one.as_json() for one in known.files],
    }


def _previous(model: Model) -> dict[str, Any] | None:
    before = model.records.filter(version__isnull=False).order_by("-version").first()
    if before is None:
        return None
    return {"version": before.version, "digest": f"sha256:{before.digest}"}
