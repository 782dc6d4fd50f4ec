"""Projects, boards, sprints and releases into the tables."""

from collections.abc import Iterator, Sequence
from typing import Any

from sources import documents
from sources.models import Source
from sources.store import Fresh, Stored, mirror
from sprints.models import Board, JiraProject, Release, Sprint
from sprints.streams.listings import Base, End, Raw, hide, rows_of
from sprints.streams.plan import board_from, project_from, release_from, sprint_from
from sprints.streams.words import BOARD, PROJECT, RELEASE, SPRINT

type Raws = Sequence[Raw | End]

BY_PROJECT = Base(JiraProject, PROJECT, "project")
BY_BOARD = Base(Board, BOARD, "board")


def store_projects(source: Source, raws: Raws) -> Stored:
    named = numbered(raws)
    kept = mirror(source, JiraProject, PROJECT, named, project_from, payload=False)
    gone, _ = hide(source, JiraProject, raws)
    return kept.stored + gone


def store_boards(source: Source, raws: Raws) -> Stored:
    named = numbered(raws)
    kept = mirror(
        source, Board, BOARD, named, lambda raw: board_from(raw, source.key), payload=False
    )
    gone, _ = hide(source, Board, raws, by=BY_PROJECT)
    return kept.stored + gone


def store_sprints(source: Source, raws: Raws) -> Stored:
    """The raw sprint is kept: a plan that changed is asked for later."""
    named = numbered(raws)
    kept = mirror(source, Sprint, SPRINT, named, lambda raw: sprint_from(raw, source.key))
    documents.write(source, [_document(one) for one in kept.fresh])
    gone, hidden = hide(source, Sprint, raws, by=BY_BOARD)
    documents.forget(hidden)
    return kept.stored + gone


def numbered(raws: Raws) -> Iterator[tuple[object, Raw]]:
    """By their ids. What has none is still given, to become a gap."""
    return ((raw.get("id"), raw) for raw in rows_of(raws))


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
    return kept.stored + gone
