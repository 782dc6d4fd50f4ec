"""Projects, boards, sprints and releases into the tables."""

from collections.abc import Sequence
from typing import Any

from sources import documents
from sources.models import Source
from sources.store import Fresh, Stored, mirror
from sprints.models import Board, JiraProject, Release, Sprint
from sprints.streams.plan import board_from, project_from, release_from, sprint_from
from sprints.streams.words import BOARD, PROJECT, RELEASE, SPRINT

type Raws = Sequence[dict[str, Any]]


def store_projects(source: Source, raws: Raws) -> Stored:
    named = ((raw["id"], raw) for raw in raws)
    return mirror(source, JiraProject, PROJECT, named, project_from, payload=False).stored


def store_boards(source: Source, raws: Raws) -> Stored:
    named = ((raw["id"], raw) for raw in raws)
    kept = mirror(
        source, Board, BOARD, named, lambda raw: board_from(raw, source.key), payload=False
    )
    return kept.stored


def store_sprints(source: Source, raws: Raws) -> Stored:
    """The raw sprint is kept: a plan that changed is asked for later."""
    named = ((raw["id"], raw) for raw in raws)
    kept = mirror(source, Sprint, SPRINT, named, lambda raw: sprint_from(raw, source.key))
    documents.write(source, [_document(one) for one in kept.fresh])
    return kept.stored


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
    named = ((raw["id"], raw) for raw in raws)
    kept = mirror(
        source, Release, RELEASE, named, lambda raw: release_from(raw, source.key), payload=False
    )
    return kept.stored
