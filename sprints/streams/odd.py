"""What cannot be understood: a gap that names it, and the rest goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sources.connectors.base import Gap
from sources.store import NOT_UNDERSTOOD, clean, in_words

LONGEST = 200  # of a name or a reason within a gap: records may hold texts of any length


@contextmanager
def understood(what: str, gaps: list[Gap]) -> Iterator[None]:
    """Within it, what cannot be read is added to `gaps`; all else is raised."""
    try:
        yield
    except NOT_UNDERSTOOD as error:
        gaps.append(gap(what, f"could not be understood: {in_words(error)}"))


def gap(what: str, why: str) -> Gap:
    return Gap(clean(what)[:LONGEST], clean(why)[:LONGEST])
