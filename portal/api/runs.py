"""Runs with what they are for: tasks, sprints and hypotheses of the floor above them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from sources.models import Person
from sprints import hypotheses
from sprints.belonging import Belonging
from sprints.links import sprints_of, tasks_of
from sprints.serializers import HypothesisOf, SprintOf, TaskOf
from tracking import api
from tracking.models import Run
from tracking.serializers import RunOf


class Runs(api.Runs):
    """The runs table, where `task = DOC-1` also means its earlier keys and what people tied."""

    def tasks(self, user: Person) -> Belonging:
        return Belonging(user)

    problems = (400,)


class TaskLink(serializers.Serializer[Any]):
    task = TaskOf()
    how = serializers.CharField(help_text="tag, name, description or person")


class WholeRun(RunOf):
    """A run as its page shows it."""

    tasks = TaskLink(source="tied", many=True, help_text="By its words or by hand.")
    sprints = SprintOf(source="named_sprints", many=True, help_text="That its words name.")
    hypotheses = HypothesisOf(source="tested", many=True)
    records_url = serializers.SerializerMethodField(help_text="Its records: another scope.")

    class Meta(RunOf.Meta):
        fields: tuple[str, ...] = (
            *RunOf.Meta.fields, "tasks", "sprints", "hypotheses", "records_url",
        )  # fmt: skip

    def get_records_url(self, run: Run) -> str:
        return f"{reverse('api_records')}?{urlencode({'run': run.pk, 'state': 'all'})}"


class OneRun(api.OneRun):
    @extend_schema(operation_id="run", responses=WholeRun)
    def get(self, request: Request, key: UUID) -> Response:
        """A run with what it is for. Its metrics, curves, files and logs are lists of their own."""
        run, user = self.read(request, key), request.user
        tied = tasks_of(user, [key])[key]
        claims = [link.task for link in tied if link.task.is_hypothesis]
        vars(run).update(
            tied=tied,
            named_sprints=sprints_of(user, [key])[key],
            tested=hypotheses.read(user, claims),
        )
        return Response(WholeRun(run).data)
