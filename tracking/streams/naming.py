"""How the rows of a tracker are keyed: from names that the tracker itself gives."""

from uuid import UUID

from sources.connectors.base import Kind
from sources.models import Source


def owner_id(project: str, run: str) -> str:
    """The external id of a run, a model or a version. A tracker's own names
    hold no line break, so one keeps the two apart."""
    return f"{project}\n{run}"


def owner_key(source: Source, kind: Kind, project: str, run: str) -> UUID:
    return source.key(kind, owner_id(project, run))
