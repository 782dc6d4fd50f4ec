"""Series that were written anew at their source: the old one is set aside first."""

from collections.abc import Sequence
from uuid import UUID

from sources.connectors.base import SeriesRecord
from sources.models import Source
from sources.store import clean
from tracking.streams.contents import set_aside
from tracking.streams.naming import owner_key

type Name = tuple[UUID, str]


def begin(source: Source, records: Sequence[SeriesRecord]) -> list[SeriesRecord]:
    """The records that count: of a series that begins anew here, those from there on."""
    begun = {_name(source, one): at for at, one in enumerate(records) if one.anew}
    if not begun:
        return list(records)
    for run in {run for run, _ in begun}:
        set_aside(source, run, {name for of, name in begun if of == run})
    return [one for at, one in enumerate(records) if at >= begun.get(_name(source, one), 0)]


def _name(source: Source, record: SeriesRecord) -> Name:
    return owner_key(source, record.kind, record.project, record.run), clean(record.path)
