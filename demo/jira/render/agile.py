"""Boards and sprints, and the sprint field of an issue."""

from typing import Any

from demo.jira.render import site
from demo.jira.render.voice import Answer, Voice
from demo.jira.things import Board, Issue, Sprint


def board(voice: Voice, known: Board) -> Answer:
    """A board and, on Cloud, where it stands."""
    told: Answer = {
        "id": known.id,
        "self": voice.agile(f"board/{known.id}"),
        "name": known.name,
        "type": known.kind,
    }
    return told | {"location": _location(voice, known)} if voice.cloud else told


def _location(voice: Voice, known: Board) -> Answer:
    home = voice.truth.projects[known.project]
    return {
        "projectId": int(home.id),
        "displayName": f"{home.name} ({home.key})",
        "projectName": home.name,
        "projectKey": home.key,
        "projectTypeKey": "software",
        "name": f"{home.name} ({home.key})",
    }


def configuration(voice: Voice, known: Board) -> Answer:
    """A board's columns (one a category) and its estimation field."""
    columns = [
        {
            "name": name,
            "statuses": [
                {"id": one.id, "self": voice.rest(f"status/{one.id}")}
                for one in voice.truth.statuses.values()
                if one.category == category
            ],
        }
        for category, (_, name, _) in site.CATEGORIES.items()
    ]
    return {
        "id": known.id,
        "name": known.name,
        "type": known.kind,
        "self": voice.agile(f"board/{known.id}/configuration"),
        "filter": {"id": str(known.id), "self": voice.rest(f"filter/{known.id}")},
        "columnConfig": {"columns": columns, "constraintType": "none"},
        "estimation": _estimation(voice),
        "ranking": {"rankCustomFieldId": 10019},
    }


def _estimation(voice: Voice) -> Answer:
    points = voice.truth.field("points")
    if points is None:
        return {"type": "none"}
    return {"type": "field", "field": {"fieldId": points.id, "displayName": points.name}}


def sprint(voice: Voice, known: Sprint) -> Answer:
    """A sprint; times that have not come are left out."""
    times = {
        "startDate": known.start,
        "endDate": known.end,
        "completeDate": known.complete,
    }
    if voice.cloud:
        times["createdDate"] = known.created
    told: Answer = {
        "id": known.id,
        "self": voice.agile(f"sprint/{known.id}"),
        "state": known.state,
        "name": known.name,
        "originBoardId": known.board,
        "goal": known.goal,
    }
    return told | {name: voice.agile_time(at) for name, at in times.items() if at is not None}


def sprint_values(voice: Voice, issue: Issue) -> list[Any] | None:
    """The sprint field: objects on Cloud, Java's strings on Data Center.

    A sub-task has none of its own; who wants its sprint asks its parent.
    """
    if not issue.sprints:
        return None
    known = [voice.truth.sprints[number] for number in issue.sprints]
    return [_in_field(voice, one) if voice.cloud else _greenhopper(voice, one) for one in known]


def _in_field(voice: Voice, known: Sprint) -> Answer:
    told = sprint(voice, known)
    del told["self"], told["originBoardId"]
    told.pop("createdDate", None)
    return told | {"boardId": known.board}


def _greenhopper(voice: Voice, known: Sprint) -> str:
    def time(at: int | None) -> str:
        return "<null>" if at is None else voice.agile_time(at)

    return (
        f"com.atlassian.greenhopper.service.sprint.Sprint@{known.id * 7919:x}["
        f"id={known.id},rapidViewId={known.board},state={known.state.upper()},"
        f"name={known.name},startDate={time(known.start)},endDate={time(known.end)},"
        f"completeDate={time(known.complete)},activatedDate={time(known.start)},"
        f"sequence={known.id},goal={known.goal or '<null>'},autoStartStop=false]"
    )
