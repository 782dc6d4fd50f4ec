"""Numbers of runs: figures, packed points and lines, and the names that there are."""

from django.db import models

from sources.models import mirrored_from
from tracking.models.runs import of_a_run


class Metric(models.Model):
    """A named number of a run: the figures of its series, or one value.

    `points` counts the series' points; 0 says that it is a single value.
    `min` and `max` pass over NaN; `last` may be NaN.
    """

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from(index=False)
    run = of_a_run("metrics")
    name = models.TextField()
    last = models.FloatField(null=True)
    last_step = models.FloatField(null=True)
    min = models.FloatField(null=True)
    min_step = models.FloatField(null=True)
    max = models.FloatField(null=True)
    max_step = models.FloatField(null=True)
    points = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "name"), include=("last", "min", "max"), name="one_metric_a_name"
            ),
        )
        indexes = (
            models.Index("name", "last", "run", name="metrics_by_last"),
            models.Index("name", "min", "run", name="metrics_by_min"),
            models.Index("name", "max", "run", name="metrics_by_max"),
        )


class SeriesChunk(models.Model):
    """About a thousand points of one series, packed (tracking/series)."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from(index=False)
    run = of_a_run("+")
    name = models.TextField()
    seq = models.PositiveIntegerField(help_text="0, 1, 2 in the order of steps.")
    first_step = models.FloatField()
    last_step = models.FloatField()
    count = models.PositiveIntegerField()
    packed = models.BinaryField()
    sketch = models.BinaryField(
        null=True, help_text="Some of its values (tracking/series/sketch.py), or null."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "name", "seq"), name="chunks_in_order"),
        )


class SeriesTail(models.Model):
    """Points of a series that is still growing, a row each, until sealed."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from(index=False)
    run = of_a_run("+")
    name = models.TextField()
    step = models.FloatField()
    at = models.BigIntegerField(help_text="Epoch milliseconds.")
    value = models.FloatField()

    class Meta:
        indexes = (models.Index("run", "name", "step", name="tails_in_order"),)


class LogChunk(models.Model):
    """Lines of a text series, packed: zstd of JSON [step, time, line] rows."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from(index=False)
    run = of_a_run("+")
    name = models.TextField()
    seq = models.PositiveIntegerField(help_text="0, 1, 2 in the order of steps.")
    first_step = models.FloatField()
    last_step = models.FloatField()
    count = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "name", "seq"), name="logs_in_order"),
        )


class Column(models.Model):
    """Every parameter's and metric's name that a project has had: what the
    column chooser and the filter's completion search."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from(index=False)
    kind = models.CharField(max_length=10, help_text="parameter or metric")
    name = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "kind", "name"), name="one_column_a_name"),
        )
