"""Projects, boards, sprints and releases into the tables."""

from collections.abc import Sequence
from typing import Any

from sources import documents
from sources.models import Source
from sources.store import Fresh, Stored, mirror
from sprints.models import Board, JiraProject, Release, Sprint
from sprints.streams.listings import Base, End, Raw, hide, rows_of
from sprints.streams.odd import gap
from sprints.streams.plan import board_from, project_from, release_from, sprint_from
from sprints.streams.words import BOARD, PROJECT, RELEASE, SPRINT, text

type Raws = Sequence[Raw | End]

BY_PROJECT = Base(JiraProject, PROJECT, "project")
BY_BOARD = Base(Board, BOARD, "board")


def store_projects(source: Source, raws: Raws) -> Stored:
    named = numbered(raws)
    kept = mirror(source, JiraProject, PROJECT, named, project_from, payload=False)
    gone, _ = hide(source, JiraProject, raws)
    return kept.stored + gone + nameless(raws, PROJECT)


def store_boards(source: Source, raws: Raws) -> Stored:
    named = numbered(raws)
    kept = mirror(
        source, Board, BOARD, named, lambda raw: board_from(raw, source.key), payload=False
    )
    gone, _ = hide(source, Board, raws, by=BY_PROJECT)
    return kept.stored + gone + nameless(raws, BOARD)


def store_sprints(source: Source, raws: Raws, *, remember: bool = True) -> Stored:
    """The raw sprint is kept: a plan that changed is asked for later."""
    named = numbered(raws)
    kept = mirror(
        source,
        Sprint,
        SPRINT,
        named,
        lambda raw: sprint_from(raw, source.key),
        payload=remember,
    )
    documents.write(source, [_document(one) for one in kept.fresh])
    gone, hidden = hide(source, Sprint, raws, by=BY_BOARD)
    documents.forget(hidden)
    return kept.stored + gone + nameless(raws, SPRINT)


def numbered(raws: Raws) -> list[tuple[object, Raw]]:
    """By their ids."""
    return [(number, raw) for raw in rows_of(raws) if (number := text(raw, "id"))]


def nameless(raws: Raws, kind: str) -> Stored:
    """A gap for each that has no id: nothing could be told of it a second time."""
    found = [raw for raw in rows_of(raws) if not text(raw, "id")]
    return Stored(gaps=tuple(gap(f"{kind} {text(raw, 'name')}", "has no id") for raw in found))


def _document(one: Fresh[dict[str, Any]]) -> documents.Found:
    return documents.Found(
        key=one.key,
        kind="sprint",
        name=one.row["name"],
        title=one.row["goal"] or one.row["name"],
        body="",
        url=f"/sprints/id/{one.key}/",
        at=one.row["starts_at"] or documents.UNDATED,
    )


def store_releases(source: Source, raws: Raws) -> Stored:
    named = numbered(raws)
    kept = mirror(
        source, Release, RELEASE, named, lambda raw: release_from(raw, source.key), payload=False
    )
    gone, _ = hide(source, Release, raws, by=BY_PROJECT)
    return kept.stored + gone + nameless(raws, RELEASE)
