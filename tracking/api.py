"""Runs over the API: the same reads as the pages."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sources.answers import Answer, size
from tracking import curves
from tracking.models import Artifact, Metric, Run
from tracking.runs import table
from tracking.serializers import ArtifactOf, Charts, MetricOf, RunOf, RunPage, finite
from tracking.serving import serve_blob


def _visible(request: Request, key: UUID) -> Run:
    held = Run.objects.visible_to(request.user).select_related("project", "source")
    return get_object_or_404(held, pk=key)


class Runs(Answer):
    """The runs table. The floor above may say what keys a task has had."""

    aliases = staticmethod(table.same)

    @extend_schema(
        operation_id="runs",
        parameters=[
            OpenApiParameter("q", str, description="The filter: sprint = 49 and f1.max > 0.9"),
            OpenApiParameter("col", str, many=True, description="Columns: lr, valid/f1.max"),
            OpenApiParameter("at", str, description="A page's `next` or `previous`."),
            OpenApiParameter("limit", int, description="Rows of a page, at most 500."),
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
            aliases=type(self).aliases,
        )
        if found.problem:
            raise ValidationError({"q": [found.problem]})
        answer = RunPage(found).data
        for row in answer["rows"]:
            row["cells"] = [finite(cell) for cell in row["cells"]]
        return Response(answer)


class OneRun(Answer):
    @extend_schema(operation_id="run", responses=RunOf)
    def get(self, request: Request, key: UUID) -> Response:
        return Response(RunOf(_visible(request, key)).data)


class Metrics(Answer):
    @extend_schema(operation_id="run_metrics", responses=MetricOf(many=True))
    def get(self, request: Request, key: UUID) -> Response:
        held = Metric.objects.filter(run=_visible(request, key)).order_by("name")
        return Response(MetricOf(held, many=True).data)


class Curves(Answer):
    @extend_schema(
        operation_id="run_curves",
        parameters=[
            OpenApiParameter("name", str, many=True, description="Series; none means all."),
            OpenApiParameter("x", str, description="step or time"),
        ],
        responses=Charts,
    )
    def get(self, request: Request, key: UUID) -> Response:
        """Points as min/max buckets: outliers stay, however long the series."""
        held = Metric.objects.filter(run=_visible(request, key), points__gt=1).order_by("name")
        if names := request.query_params.getlist("name"):
            held = held.filter(name__in=names)
        along = "time" if request.query_params.get("x") == "time" else "step"
        return Response({"charts": curves.charts(list(held), x=along)})


class Artifacts(Answer):
    @extend_schema(operation_id="run_artifacts", responses=ArtifactOf(many=True))
    def get(self, request: Request, key: UUID) -> Response:
        run = _visible(request, key)
        held = Artifact.objects.visible_to(request.user).of_run(run.pk)
        return Response(ArtifactOf(held, many=True).data)


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
