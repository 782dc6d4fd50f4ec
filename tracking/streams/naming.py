"""How the rows of a tracker are keyed: from names that the tracker itself gives."""

from uuid import UUID

from sources.connectors.base import Kind
from sources.models import Source

# A B-tree takes no entry above 2,704 bytes; a path stands beside two keys.
LONGEST_PATH = 2_000
LONGEST_SHOWN = 200  # characters of a path in a sentence
TOO_LONG = f"its path is longer than {LONGEST_PATH:,} bytes"


def owner_id(project: str, run: str) -> str:
    """The external id of a run, a model or a version. A tracker's own names
    hold no line break, so one keeps the two apart."""
    return f"{project}\n{run}"


def owner_key(source: Source, kind: Kind, project: str, run: str) -> UUID:
    return source.key(kind, owner_id(project, run))


def is_too_long(path: str) -> bool:
    """No tracker makes such a path; a broken archive may hold one."""
    return len(path) > LONGEST_PATH // 4 and len(path.encode(errors="replace")) > LONGEST_PATH
