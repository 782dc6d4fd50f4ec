"""Runs over the API: the same reads as the pages."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sources.answers import MOST, Answer, size
from sources.models import Person
from sources.store import clean
from tracking import curves
from tracking.models import Artifact, LogChunk, Metric, ModelVersion, Run
from tracking.runs import keyset, table
from tracking.runs.tasks import Tasks
from tracking.serializers import (
    ArtifactPage,
    Charts,
    LinePage,
    LogOf,
    MetricPage,
    RunPage,
    finite,
)
from tracking.serving import serve_blob
from tracking.streams import texts

AT = OpenApiParameter("at", str, description="A page's `next` or `previous`.")
LIMIT = OpenApiParameter("limit", int, description="Rows of a page, at most 500.")
PAGE = [AT, LIMIT]


def _visible(request: Request, key: UUID) -> Run:
    held = Run.objects.visible_to(request.user).select_related("project", "source")
    return get_object_or_404(held, pk=key)


def _page(request: Request, held: QuerySet[Any], column: str) -> dict[str, Any]:
    """One page along a column, and the places of those beside it."""
    order = f"a run's rows by {column}"
    at = request.query_params.get("at", "")
    place = keyset.decode(at, order) if at else None
    cut = keyset.take(held, column, place, descending=False, size=size(request))

    def beside(row: Any, *, back: bool) -> str:
        return keyset.encode(keyset.Place(getattr(row, column), row.key, back), order)

    return {
        "rows": cut.rows,
        "older": beside(cut.rows[-1], back=False) if cut.rows and cut.older else "",
        "newer": beside(cut.rows[0], back=True) if cut.rows and cut.newer else "",
    }


class Runs(Answer):
    """The runs table. The floor above may say which runs belong to a task."""

    def tasks(self, _user: Person) -> Tasks:
        return table.BY_WORDS

    @extend_schema(
        operation_id="runs",
        parameters=[
            OpenApiParameter("q", str, description="The filter: sprint = 49 and f1.max > 0.9"),
            OpenApiParameter("col", str, many=True, description="Columns: lr, valid/f1.max"),
            AT,
            LIMIT,
        ],
        responses=RunPage,
    )
    def get(self, request: Request) -> Response:
        found = table.read(
            request.user,
            query=request.query_params.get("q", ""),
            columns=request.query_params.getlist("col"),
            place=request.query_params.get("at", ""),
            size=size(request),
            tasks=self.tasks(request.user),
        )
        if found.problem:
            raise ValidationError({"q": [found.problem]})
        answer = RunPage(found).data
        for row in answer["rows"]:
            row["cells"] = [finite(cell) for cell in row["cells"]]
        return Response(answer)


class OneRun(Answer):
    """What the tracker knows of a run. The floor above adds what it is for."""

    def read(self, request: Request, key: UUID) -> Run:
        run = _visible(request, key)
        versions = ModelVersion.objects.visible_to(request.user).of_run(run)
        run.models = versions[:MOST]  # type: ignore[attr-defined]
        return run


class Metrics(Answer):
    @extend_schema(operation_id="run_metrics", parameters=PAGE, responses=MetricPage)
    def get(self, request: Request, key: UUID) -> Response:
        """By name."""
        held = Metric.objects.filter(run=_visible(request, key))
        # A run has a name once: what would break a tie is the same in each row.
        return Response(MetricPage(_page(request, held.annotate(key=F("run")), "name")).data)


class Curves(Answer):
    @extend_schema(
        operation_id="run_curves",
        parameters=[
            OpenApiParameter(
                "name", str, many=True, description="Series; without it all, the first 60."
            ),
            OpenApiParameter("x", str, description="step or time"),
            OpenApiParameter("from", float, description="A part of it: from this step or second."),
            OpenApiParameter("to", float),
        ],
        responses=Charts,
    )
    def get(self, request: Request, key: UUID) -> Response:
        """Points as min/max buckets: outliers stay, however long the series. In the order
        of the run's page: what the machine did meanwhile is last."""
        held = Metric.objects.filter(run=_visible(request, key), points__gt=1)
        if names := request.query_params.getlist("name"):
            held = held.filter(name__in=names)
        metrics = sorted(held, key=curves.place)
        return Response(
            {
                "charts": curves.charts(metrics, **curves.window(request.query_params)),
                "drawn": len(curves.drawn([one.name for one in metrics])),
                "of": len(metrics),
            }
        )


class Logs(Answer):
    @extend_schema(operation_id="run_logs", responses=LogOf(many=True))
    def get(self, request: Request, key: UUID) -> Response:
        """The run's text series by name."""
        held = LogChunk.objects.filter(run=_visible(request, key)).values("name")
        logs = held.annotate(lines=Sum("count")).order_by("name")[:MOST]
        return Response(LogOf(logs, many=True).data)


class Lines(Answer):
    @extend_schema(
        operation_id="run_log_lines",
        parameters=[
            OpenApiParameter("name", str, required=True, description="Of run_logs."),
            OpenApiParameter(
                "at", str, description="A page's `next` or `previous`, or `end` for the last one."
            ),
        ],
        responses=LinePage,
    )
    def get(self, request: Request, key: UUID) -> Response:
        """A log's lines in the order of their steps, a stored chunk a page: at most 2,000
        lines. 404 for a log that this run has not."""
        asked = request.query_params
        held = texts.chunk(
            _visible(request, key).pk, clean(asked.get("name", "")), asked.get("at", "")
        )
        if held is None:
            raise Http404
        return Response(LinePage(held).data)


class Artifacts(Answer):
    @extend_schema(operation_id="run_artifacts", parameters=PAGE, responses=ArtifactPage)
    def get(self, request: Request, key: UUID) -> Response:
        """By path."""
        run = _visible(request, key)
        held = Artifact.objects.visible_to(request.user).of_run(run.pk)
        return Response(ArtifactPage(_page(request, held, "path")).data)


class Content(Answer):
    """The bytes of a file, with ranges."""

    scope = "files"

    @extend_schema(
        operation_id="artifact_content", responses={(200, "application/octet-stream"): bytes}
    )
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        held = Artifact.objects.visible_to(request.user).select_related("blob")
        artifact = get_object_or_404(held, pk=key, blob__isnull=False)
        assert artifact.blob is not None
        return serve_blob(request._request, artifact.blob, name=artifact.name or artifact.path)
