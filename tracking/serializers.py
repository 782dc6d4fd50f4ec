"""Shapes of the API's answers about runs."""

from typing import Any

from rest_framework import serializers

from tracking.models import Artifact, Metric, ModelVersion, Run


class FieldOfTable(serializers.Serializer[Any]):
    """A column: `kind` is own, parameter, metric, task, sprint or tag."""

    asked = serializers.CharField(help_text="What `col` said.")
    kind = serializers.CharField()
    name = serializers.CharField()
    figure = serializers.CharField(help_text="last, min or max, of a metric")


class RunRow(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    handle = serializers.CharField(help_text="The tracker's id: DOC-1")
    name = serializers.CharField()
    state = serializers.CharField(help_text="running, finished, failed or unknown")
    owner = serializers.CharField()
    project = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    partial = serializers.BooleanField(  # type: ignore[assignment]
        help_text="Parts of it are known to be missing."
    )
    tasks = serializers.ListField(
        child=serializers.CharField(),
        help_text="Keys of its tasks, by words or by hand, and those it names in vain.",
    )
    sprints = serializers.ListField(child=serializers.IntegerField())
    cells = serializers.ListField(
        child=serializers.JSONField(allow_null=True), help_text="In the order of `columns`."
    )


class RunPage(serializers.Serializer[Any]):
    columns = FieldOfTable(many=True)
    rows = RunRow(many=True)
    total = serializers.IntegerField(
        allow_null=True,
        help_text="null past 10,000; past 2,000 where a task, sprint, tag or metric is asked for, "
        "past 500 where a parameter is",
    )
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


class MetricOf(serializers.ModelSerializer[Metric]):
    """Figures of a series, or a single value (points: 0). NaN and infinities are null."""

    class Meta:
        model = Metric
        fields = ("name", "last", "last_step", "min", "min_step", "max", "max_step", "points")

    def to_representation(self, instance: Metric) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {name: finite(value) for name, value in shown.items()}


class MetricPage(serializers.Serializer[Any]):
    rows = MetricOf(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


def finite(value: Any) -> Any:
    """JSON has no NaN and no infinities."""
    if isinstance(value, float) and value - value != 0:
        return None
    return value


class VersionOf(serializers.ModelSerializer[ModelVersion]):
    model = serializers.CharField(source="model.handle", help_text="The registered model's id.")
    model_name = serializers.CharField(source="model.name")
    aliases = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ModelVersion
        fields = ("key", "handle", "name", "stage", "model", "model_name", "aliases")


class RunOf(serializers.ModelSerializer[Run]):
    project = serializers.CharField(source="project.name")
    source = serializers.CharField(source="source.slug")  # type: ignore[assignment]
    models = VersionOf(many=True, help_text="Registered of it: at most 500.")

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            "key", "handle", "name", "description", "state", "owner", "project", "source",
            "started_at", "finished_at", "modified_at", "seconds", "tags", "parameters",
            "properties", "code", "gaps", "partial", "trashed", "provenance", "models",
        )  # fmt: skip


class ArtifactOf(serializers.ModelSerializer[Artifact]):
    sha256 = serializers.CharField(source="blob_id", allow_null=True)
    media_type = serializers.SerializerMethodField()

    class Meta:
        model = Artifact
        fields = ("key", "path", "name", "role", "size", "sha256", "media_type", "missing", "step",
                  "listed")  # fmt: skip

    def get_media_type(self, artifact: Artifact) -> str:
        return artifact.blob.media_type if artifact.blob else ""


class ArtifactPage(serializers.Serializer[Any]):
    rows = ArtifactOf(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


class Series(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    x = serializers.ListField(child=serializers.FloatField())
    y = serializers.ListField(child=serializers.FloatField(allow_null=True))
    best = serializers.JSONField(allow_null=True)


class Chart(serializers.Serializer[Any]):
    title = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    series = Series(many=True)


class Charts(serializers.Serializer[Any]):
    charts = Chart(many=True)
    drawn = serializers.IntegerField(help_text="Series in this answer: at most 60.")
    of = serializers.IntegerField(help_text="Series there are; ask for the others by `name`.")


class LogOf(serializers.Serializer[Any]):
    name = serializers.CharField()
    lines = serializers.IntegerField()


class LineOf(serializers.Serializer[Any]):
    step = serializers.FloatField()
    at = serializers.DateTimeField(help_text="When it was logged.")
    text = serializers.CharField()


class LinePage(serializers.Serializer[Any]):
    rows = LineOf(many=True)
    next = serializers.CharField(source="newer", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="older")
