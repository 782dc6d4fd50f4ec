"""Verdicts as a person may read them.

What an act copies is what the person who acts sees. With it is kept of which
sources it was taken, and only who sees all of those reads it.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sources.models import Person, visible_sources
from sprints.models import Verdict

SOURCES = "sources"  # among a verdict's figures: the ids of those they were taken of


def seen(user: Person, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The same verdicts, without figures and run where those were taken of a
    source that this person does not see. They are for reading, not for saving."""
    visible = visible_sources(user)
    found = list(verdicts)
    for one in found:
        if not is_within(one, visible):
            one.figures, one.run = {}, None
    return found


def is_within(verdict: Verdict, sources: Collection[UUID]) -> bool:
    """Whether its figures were taken of these sources only. Of figures that do
    not tell, nobody can say so."""
    told = verdict.figures.get(SOURCES)
    return isinstance(told, list) and set(told) <= {str(one) for one in sources}


def without_sources(verdict: Verdict) -> dict[str, Any]:
    return {name: value for name, value in verdict.figures.items() if name != SOURCES}
