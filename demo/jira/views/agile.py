"""The Agile API: boards, sprints, and the issues in them (always in v2's shape)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from demo.jira.render import agile
from demo.jira.render import issues as render
from demo.jira.render.issues import wanted
from demo.jira.things import Board, Issue, Sprint
from demo.jira.verbs.refusals import Refused
from demo.jira.web import Reply, Request, Route, page, whole

MOST_MOVED = 50


def boards(request: Request) -> Reply:
    """Boards that the caller sees, by project, kind and words of the name."""
    home, words = request.text("projectKeyOrId"), request.text("name").lower()
    kinds = request.texts("type")
    project = request.state.project(home) if home else None
    found = [
        board
        for board in request.state.boards.values()
        if _visible(request, board)
        and words in board.name.lower()
        and (not kinds or board.kind in kinds)
        and (not home or (project is not None and board.project == project.id))
    ]
    shown, around = page(request, found, most=50)
    return Reply(around | {"values": [agile.board(request.voice, board) for board in shown]})


def board(request: Request) -> Reply:
    """One board."""
    return Reply(agile.board(request.voice, _board(request)))


def configuration(request: Request) -> Reply:
    """A board's columns and its estimation field."""
    return Reply(agile.configuration(request.voice, _board(request)))


def sprints(request: Request) -> Reply:
    """A scrum board's sprints, by state. Data Center gives no total."""
    home, states = _board(request), request.texts("state")
    if home.kind != "scrum":
        raise Refused(400, "The board does not support sprints.")
    found = [
        sprint
        for sprint in request.state.sprints.values()
        if sprint.board == home.id and (not states or sprint.state in states)
    ]
    shown, around = page(request, found, most=50)
    if not request.voice.cloud:
        del around["total"]
    return Reply(around | {"values": [agile.sprint(request.voice, sprint) for sprint in shown]})


def sprint(request: Request) -> Reply:
    """One sprint."""
    return Reply(agile.sprint(request.voice, _sprint(request)))


def create_sprint(request: Request) -> Reply:
    """A future sprint on a board."""
    asked = request.sent()
    request.demand_login()
    number = whole(asked.get("originBoardId"), "originBoardId")
    if number not in request.state.boards:
        raise Refused(404, "Board does not exist or you do not have permission to see it.")
    if not asked.get("name"):
        raise Refused(400, errors={"name": "A name must be provided for this sprint."})
    made = request.state.create_sprint(number, asked["name"], goal=asked.get("goal") or "")
    made = request.state.edit_sprint(made.id, **_given(asked))
    return Reply(agile.sprint(request.voice, made), 201)


def edit_sprint(request: Request) -> Reply:
    """Name, goal, dates; and the state: future, active, closed, never back."""
    known, asked = _sprint(request), request.sent()
    request.demand_login()
    request.state.edit_sprint(known.id, **_given(asked))
    wanted_state = asked.get("state", known.state)
    if wanted_state != known.state:
        _turn(request, known, wanted_state)
    return Reply(agile.sprint(request.voice, request.state.sprints[known.id]))


def _turn(request: Request, known: Sprint, state: str) -> None:
    if (known.state, state) == ("future", "active"):
        request.state.start_sprint(known.id)
    elif (known.state, state) == ("active", "closed"):
        request.state.close_sprint(known.id)
    else:
        raise Refused(400, errors={"state": f"A {known.state} sprint cannot become {state}."})


def move_in(request: Request) -> Reply:
    """Up to fifty issues into a sprint that is not closed."""
    known, words = _sprint(request), _moved(request)
    if known.state == "closed":
        raise Refused(400, "Issues cannot be moved to completed sprints.")
    request.state.add_to_sprint(known.id, words, by=request.caller)
    return Reply(status=204)


def move_out(request: Request) -> Reply:
    """Up to fifty issues back to the backlog."""
    request.state.take_from_sprints(_moved(request), by=request.caller)
    return Reply(status=204)


def sprint_issues(request: Request) -> Reply:
    """The issues of a sprint, sub-tasks too, as the index knows them."""
    return _issues(request, f"sprint = {_sprint(request).id}")


def board_issues(request: Request) -> Reply:
    """The issues of a board's project."""
    return _issues(request, f"project = {_board(request).project}")


def _issues(request: Request, scope: str) -> Reply:
    voice = replace(request.voice, api="2")
    inside = request.searcher.find(scope, voice.viewer, voice.zone)
    chosen = request.searcher.find(request.text("jql"), voice.viewer, voice.zone)
    allowed = {one.id for one in inside.issues}
    found = [one for one in chosen.issues if one.id in allowed]
    want = wanted(voice, request.texts("fields"), request.texts("expand"))
    most = 100 if voice.cloud else request.page_cap
    shown, around = page(request, found, most=most)
    del around["isLast"]
    told = [_with_sprints(request, render.issue(voice, one, want), one) for one in shown]
    return Reply({"expand": "schema,names", **around, "issues": told})


def _with_sprints(request: Request, told: dict[str, Any], one: Issue) -> dict[str, Any]:
    """The Agile API adds `sprint` (open) and `closedSprints` to the fields."""
    known = [request.state.sprints[number] for number in one.sprints]
    shown = {sprint.id: agile.sprint(request.voice, sprint) for sprint in known}
    closed = [shown[sprint.id] for sprint in known if sprint.state == "closed"]
    current = [shown[sprint.id] for sprint in known if sprint.state != "closed"]
    added: dict[str, Any] = {"sprint": current[-1] if current else None}
    if closed:
        added["closedSprints"] = closed
    return told | {"fields": told.get("fields", {}) | added}


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    texts = {name: asked[name] for name in ("name", "goal") if asked.get(name) is not None}
    times = {"start": asked.get("startDate"), "end": asked.get("endDate")}
    return texts | {name: _moment(text) for name, text in times.items() if text}


def _moment(text: str) -> int:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise Refused(400, f"'{text}' is no date of Jira's form.") from None


def _moved(request: Request) -> list[str]:
    words = [str(word) for word in request.sent().get("issues") or ()]
    if not 0 < len(words) <= MOST_MOVED:
        raise Refused(400, f"Between 1 and {MOST_MOVED} issues are needed.")
    return words


def _visible(request: Request, known: Board) -> bool:
    home = request.state.projects[known.project]
    return request.state.visible_project(home, request.voice.viewer)


def _board(request: Request) -> Board:
    found = request.state.boards.get(whole(request.words["board"], "board"))
    if found is None or not _visible(request, found):
        raise Refused(404, "Board does not exist or you do not have permission to see it.")
    return found


def _sprint(request: Request) -> Sprint:
    found = request.state.need_sprint(whole(request.words["sprint"], "sprint"))
    if not _visible(request, request.state.boards[found.board]):
        raise Refused(404, f"Sprint with id {found.id} does not exist.")
    return found


AGILE = "/rest/agile/1.0"
ROUTES = (
    Route("GET", f"{AGILE}/board", boards),
    Route("GET", f"{AGILE}/board/{{board}}", board),
    Route("GET", f"{AGILE}/board/{{board}}/configuration", configuration),
    Route("GET", f"{AGILE}/board/{{board}}/sprint", sprints),
    Route("GET", f"{AGILE}/board/{{board}}/issue", board_issues),
    Route("POST", f"{AGILE}/sprint", create_sprint),
    Route("GET", f"{AGILE}/sprint/{{sprint}}", sprint),
    Route("PUT", f"{AGILE}/sprint/{{sprint}}", edit_sprint),
    Route("POST", f"{AGILE}/sprint/{{sprint}}", edit_sprint),
    Route("GET", f"{AGILE}/sprint/{{sprint}}/issue", sprint_issues),
    Route("POST", f"{AGILE}/sprint/{{sprint}}/issue", move_in),
    Route("POST", f"{AGILE}/backlog/issue", move_out),
)
