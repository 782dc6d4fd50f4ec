"""The plan over the API: the same reads and the same deeds as the pages."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sources.answers import Answer, paged, size
from sprints import bests, board, burnup, hypotheses, inbox, links, listing
from sprints import task as reading
from sprints.hypotheses import listing as hypothesis_listing
from sprints.models import Sprint, Task, Verdict
from sprints.serializers import (
    ClaimGiven,
    HypothesisOf,
    HypothesisPage,
    InboxPage,
    SprintPage,
    TaskPage,
    Tie,
    VerdictGiven,
    VerdictOf,
    WholeHypothesis,
    WholeSprint,
    WholeTask,
)
from tracking.models import Run

AT = OpenApiParameter("at", str, description="A page's `next` or `previous`.")
LIMIT = OpenApiParameter("limit", int, description="Rows of a page, at most 500.")
SPRINT = OpenApiParameter("sprint", str, description="A sprint's number or key.")
WRITES = "plan:write"


def _task(request: Request, key: UUID) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user), pk=key)


def _hypothesis(request: Request, key: UUID) -> Task:
    held = _task(request, key)
    if not held.is_hypothesis:
        raise Http404
    return held


def _run(request: Request, key: UUID) -> Run:
    return get_object_or_404(Run.objects.visible_to(request.user), pk=key)


def _may(request: Request, permission: str) -> int:
    """The id of who asks; 403 without the permission, whatever the token's scope."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(f"This needs the permission {permission}.")
    return int(cast(User, request.user).pk)


def _asked(request: Request, *words: str) -> dict[str, str]:
    return {word: request.query_params.get(word, "").strip() for word in words}


# ── sprints ──────────────────────────────────────────────────────────────────


class Sprints(Answer):
    @extend_schema(operation_id="sprints", parameters=[AT, LIMIT], responses=SprintPage)
    def get(self, request: Request) -> Response:
        """Those that go on first, then newest first."""
        listed = board.read_list(request.user)
        return Response(SprintPage(paged(listed, request, lambda one: one.sprint.pk)).data)


class OneSprint(Answer):
    @extend_schema(operation_id="sprint", responses=WholeSprint)
    def get(self, request: Request, key: UUID) -> Response:
        held = get_object_or_404(Sprint.objects.visible_to(request.user), pk=key)
        shown = board.read(request.user, held)
        whole = {
            "sprint": held,
            "progress": shown.progress,
            "days": shown.days,
            "tasks": _flat(shown.cards),
            "carried": _flat(shown.carried),
            "hypotheses": shown.hypotheses,
            "best": bests.read(held, shown.hypotheses),
            "burn_up": burnup.read(request.user, held, timezone.now()),
        }
        return Response(WholeSprint(whole).data)


def _flat(cards: Iterable[board.Card]) -> list[Task]:
    return [task for card in cards for task in (card.task, *card.children)]


# ── tasks ────────────────────────────────────────────────────────────────────


class Tasks(Answer):
    @extend_schema(
        operation_id="tasks",
        parameters=[
            OpenApiParameter("key", str, description="DOC-2698: whoever has, or had, it."),
            SPRINT,
            AT,
            LIMIT,
        ],
        responses=TaskPage,
    )
    def get(self, request: Request) -> Response:
        """The latest changed first. A key may lead to several: one a source."""
        asked = _asked(request, "key", "sprint", "at")
        found = listing.read(
            request.user,
            key=asked["key"],
            sprint=asked["sprint"],
            place=asked["at"],
            size=size(request),
        )
        return Response(TaskPage(found).data)


class OneTask(Answer):
    @extend_schema(operation_id="task", responses=WholeTask)
    def get(self, request: Request, key: UUID) -> Response:
        return Response(WholeTask(reading.read(request.user, _task(request, key))).data)


class RunsOfTask(Answer):
    scope = WRITES

    @extend_schema(operation_id="task_tie", request=Tie, responses=Tie)
    def post(self, request: Request, key: UUID) -> Response:
        """Say that a run belongs to a task, or that it does not; the last word counts."""
        by = _may(request, "sprints.add_evidence")
        held = _task(request, key)
        given = _valid(Tie(data=request.data))
        act = links.tie if given["tied"] else links.untie
        act(_run(request, given["run"]), held, by=by)
        return Response(given)


def _valid(given: Any) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return cast(dict[str, Any], given.validated_data)


# ── hypotheses ───────────────────────────────────────────────────────────────


class Hypotheses(Answer):
    @extend_schema(
        operation_id="hypotheses",
        parameters=[
            OpenApiParameter("outcome", str, enum=hypothesis_listing.OUTCOMES),
            SPRINT,
            OpenApiParameter("owner", str, description="A name as Jira writes it."),
            AT,
            LIMIT,
        ],
        responses=HypothesisPage,
    )
    def get(self, request: Request) -> Response:
        words = _asked(request, "outcome", "sprint", "owner", "at")
        asked = hypothesis_listing.Asked(
            words["outcome"], words["sprint"], words["owner"], words["at"]
        )
        found = hypothesis_listing.read_list(request.user, asked, size=size(request))
        return Response(HypothesisPage(found).data)


class OneHypothesis(Answer):
    @extend_schema(operation_id="hypothesis", responses=WholeHypothesis)
    def get(self, request: Request, key: UUID) -> Response:
        line = hypotheses.read(request.user, [_hypothesis(request, key)])[0]
        held = Verdict.objects.filter(task=key).select_related("by").order_by("-at", "-id")
        verdicts = hypotheses.seen(request.user, held)
        whole = {
            "line": line,
            "evidence": hypotheses.evidence(request.user, line),
            "verdicts": verdicts,
        }
        return Response(WholeHypothesis(whole).data)


class ClaimOfHypothesis(Answer):
    scope = WRITES

    @extend_schema(operation_id="hypothesis_claim", request=ClaimGiven, responses=HypothesisOf)
    def put(self, request: Request, key: UUID) -> Response:
        """State the claim in numbers, over what the task's text says."""
        by = _may(request, "sprints.change_hypothesis")
        held = _hypothesis(request, key)
        given = _valid(ClaimGiven(data=request.data))
        if given["baseline"]:
            _run(request, given["baseline"])
        else:
            given["baseline"] = hypotheses.read(request.user, [held])[0].claim.unseen
        hypotheses.state(held, **given, by=by)
        return Response(HypothesisOf(hypotheses.read(request.user, [held])[0]).data)


class VerdictsOfHypothesis(Answer):
    scope = WRITES

    @extend_schema(
        operation_id="hypothesis_verdict", request=VerdictGiven, responses={201: VerdictOf}
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Give a verdict. Earlier ones stay; the newest counts."""
        by = _may(request, "sprints.add_verdict")
        line = hypotheses.read(request.user, [_hypothesis(request, key)])[0]
        given = _valid(VerdictGiven(data=request.data))
        try:
            made = hypotheses.judge(line, **given, by=by)
        except hypotheses.Refused as refusal:
            raise ValidationError({"run": [str(refusal)]}) from None
        return Response(VerdictOf(made).data, status=201)


# ── the inbox ────────────────────────────────────────────────────────────────


class Inbox(Answer):
    @extend_schema(operation_id="inbox", parameters=[AT, LIMIT], responses=InboxPage)
    def get(self, request: Request) -> Response:
        """Runs that belong to no task, newest first, with what they may have meant."""
        place = request.query_params.get("at", "")
        found = inbox.read(request.user, place=place, size=size(request, usual=inbox.SIZE))
        return Response(InboxPage(found).data)


class Dismissals(Answer):
    scope = WRITES

    @extend_schema(operation_id="inbox_dismiss", request=None, responses={204: None})
    def post(self, request: Request, key: UUID) -> Response:
        """Put a run aside: it belongs to no task. Twice changes nothing."""
        by = _may(request, "sprints.add_dismissal")
        links.dismiss(_run(request, key), by=by)
        return Response(status=204)
