"""Shapes of the API's answers, and of what it takes, about the plan."""

import math
from typing import Any

from rest_framework import serializers

from sprints.hypotheses import Claim, Evidence, Figures, Line
from sprints.models import (
    DIRECTIONS,
    VERDICTS,
    Comment,
    Sprint,
    Task,
    TaskEvent,
    Verdict,
    Worklog,
)
from tracking.serializers import finite

# ── sprints ──────────────────────────────────────────────────────────────────


class SprintOf(serializers.ModelSerializer[Sprint]):
    board = serializers.UUIDField(source="board_id", allow_null=True)

    class Meta:
        model = Sprint
        fields = ("key", "name", "number", "goal", "state", "board", "starts_at", "ends_at",
                  "completed_at")  # fmt: skip


class ProgressOf(serializers.Serializer[Any]):
    """Of tasks, not sub-tasks. What was carried on into another sprint was not done."""

    tasks = serializers.IntegerField()
    tasks_done = serializers.IntegerField()
    points = serializers.FloatField()
    points_done = serializers.FloatField()
    hypotheses = serializers.IntegerField()
    decided = serializers.IntegerField()


class ListedSprint(serializers.Serializer[Any]):
    sprint = SprintOf()
    progress = ProgressOf()
    outcomes = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many of its hypotheses ended how."
    )


class SprintPage(serializers.Serializer[Any]):
    rows = ListedSprint(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


# ── tasks ────────────────────────────────────────────────────────────────────


class TaskOf(serializers.ModelSerializer[Task]):
    parent = serializers.UUIDField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )
    epic = serializers.UUIDField(source="epic_id", allow_null=True)
    sprint = serializers.UUIDField(source="sprint_id", allow_null=True)
    assignee = serializers.CharField(source="assignee_name")
    reporter = serializers.CharField(source="reporter_name")

    class Meta:
        model = Task
        fields = (
            "key", "name", "type", "summary", "status", "category", "is_subtask", "is_hypothesis",
            "parent", "epic", "sprint", "assignee", "reporter", "points", "labels", "priority",
            "versions", "url", "created_at", "updated_at", "resolved_at", "due_on",
        )  # fmt: skip


class TaskPage(serializers.Serializer[Any]):
    rows = TaskOf(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


class RunLink(serializers.Serializer[Any]):
    run = serializers.UUIDField(source="run.pk")
    handle = serializers.CharField(source="run.handle")
    state = serializers.CharField(source="run.state")
    how = serializers.CharField(help_text="tag, name, description or person")


class RelatedTask(serializers.Serializer[Any]):
    words = serializers.CharField(help_text="blocks, is blocked by, …")
    task = TaskOf()


class CommentOf(serializers.ModelSerializer[Comment]):
    author = serializers.CharField(source="author_name")

    class Meta:
        model = Comment
        fields = ("author", "at", "edited_at", "text")


class WorklogOf(serializers.ModelSerializer[Worklog]):
    author = serializers.CharField(source="author_name")

    class Meta:
        model = Worklog
        fields = ("author", "started_at", "seconds", "text")


class EventOf(serializers.ModelSerializer[TaskEvent]):
    author = serializers.CharField(source="author_name")

    class Meta:
        model = TaskEvent
        fields = ("at", "author", "kind", "field", "before", "after")


class WholeTask(serializers.Serializer[Any]):
    """Notes, history and runs are the newest ones, a few hundred at most."""

    task = TaskOf()
    description = serializers.CharField(source="task.description", help_text="Safe HTML.")
    former_keys = serializers.ListField(child=serializers.CharField())
    children = TaskOf(many=True)
    related = RelatedTask(many=True)
    runs = RunLink(many=True)
    more_runs = serializers.IntegerField(help_text="Runs beyond those listed.")
    comments = CommentOf(many=True)
    worklogs = WorklogOf(many=True)
    events = EventOf(many=True)


class Tie(serializers.Serializer[Any]):
    run = serializers.UUIDField()
    tied = serializers.BooleanField(default=True, help_text="False: it does not belong there.")


# ── hypotheses ───────────────────────────────────────────────────────────────


class ClaimOf(serializers.Serializer[Claim]):
    text = serializers.CharField()
    metric = serializers.CharField()
    direction = serializers.CharField(help_text="max or min")
    threshold = serializers.FloatField(allow_null=True)
    baseline = serializers.UUIDField(allow_null=True, help_text="A run's key.")
    grade = serializers.CharField(help_text="stated, imported or missing")


class Numbers[Read](serializers.Serializer[Read]):
    """NaN and infinities are null."""

    def to_representation(self, instance: Read) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {name: finite(value) for name, value in shown.items()}


class FiguresOf(Numbers[Figures]):
    runs = serializers.IntegerField()
    best = serializers.FloatField(allow_null=True)
    best_run = serializers.UUIDField(allow_null=True)
    best_step = serializers.FloatField(allow_null=True)
    baseline = serializers.FloatField(allow_null=True)
    delta = serializers.FloatField(allow_null=True)


class VerdictOf(serializers.ModelSerializer[Verdict]):
    """Figures and run are empty for who does not see every source that they were taken of.
    A figure that JSON has no number for is its name: "NaN", "Infinity", "-Infinity"."""

    by = serializers.CharField(source="by.username")

    class Meta:
        model = Verdict
        fields = ("id", "outcome", "reason", "run", "figures", "by", "at")


class HypothesisOf(serializers.Serializer[Line]):
    task = TaskOf()
    claim = ClaimOf()
    figures = FiguresOf()
    outcome = serializers.CharField(help_text="open until a person decides")
    verdict = VerdictOf(allow_null=True)
    runs = serializers.ListField(child=serializers.UUIDField(), help_text="Newest first.")


class HypothesisPage(serializers.Serializer[Any]):
    rows = HypothesisOf(source="lines", many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


class TestedRun(Numbers[Any]):
    run = serializers.UUIDField(source="run.pk")
    handle = serializers.CharField(source="run.handle")
    state = serializers.CharField(source="run.state")
    value = serializers.FloatField(allow_null=True)
    step = serializers.FloatField(allow_null=True)
    delta = serializers.FloatField(allow_null=True)
    meets = serializers.BooleanField(allow_null=True, help_text="Whether it reaches the threshold.")


class EvidenceOf(serializers.Serializer[Evidence]):
    sentence = serializers.CharField()
    baseline = TestedRun(allow_null=True)
    runs = TestedRun(many=True)


class WholeHypothesis(serializers.Serializer[Any]):
    hypothesis = HypothesisOf(source="line")
    evidence = EvidenceOf()
    verdicts = VerdictOf(many=True, help_text="Newest first: that one counts.")


class ClaimGiven(serializers.Serializer[Any]):
    claim = serializers.CharField(default="", allow_blank=True, max_length=2_000)
    metric = serializers.CharField(max_length=500)
    direction = serializers.ChoiceField(choices=DIRECTIONS, default="max")
    threshold = serializers.FloatField(default=None, allow_null=True)
    baseline = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="A run's key. None keeps a baseline that this person does not see.",
    )

    def validate_threshold(self, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            raise serializers.ValidationError("A threshold is a finite number.")
        return value


class VerdictGiven(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=VERDICTS)
    run = serializers.UUIDField(
        default=None, allow_null=True, help_text="The deciding run; confirmed and refuted need it."
    )
    reason = serializers.CharField(default="", allow_blank=True, max_length=5_000)


# ── the sprint's board, and the inbox ────────────────────────────────────────


class BestOf(Numbers[Any]):
    metric = serializers.CharField()
    direction = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    met = serializers.BooleanField(allow_null=True)


class BurnUpOf(serializers.Serializer[Any]):
    """One value a day that has begun: how things stood as it began."""

    unit = serializers.CharField(help_text="points or tasks")
    days = serializers.ListField(child=serializers.DateField(), help_text="The whole sprint.")
    scope = serializers.ListField(child=serializers.FloatField())
    done = serializers.ListField(child=serializers.FloatField())


class DaysOf(serializers.Serializer[Any]):
    day = serializers.IntegerField()
    of = serializers.IntegerField()


class WholeSprint(serializers.Serializer[Any]):
    sprint = SprintOf()
    progress = ProgressOf()
    days = DaysOf(allow_null=True)
    tasks = TaskOf(many=True, help_text="Sub-tasks too.")
    carried = TaskOf(many=True, help_text="Not done when it closed; now elsewhere.")
    hypotheses = HypothesisOf(many=True)
    best = BestOf(allow_null=True)
    burn_up = BurnUpOf(allow_null=True)


class ProposalOf(serializers.Serializer[Any]):
    task = serializers.UUIDField(source="task.pk")
    name = serializers.CharField(source="task.name")
    why = serializers.CharField()


class LooseRun(serializers.Serializer[Any]):
    run = serializers.UUIDField(source="run.pk")
    handle = serializers.CharField(source="run.handle")
    name = serializers.CharField(source="run.name")
    tags = serializers.ListField(source="run.tags", child=serializers.CharField())
    started_at = serializers.DateTimeField(source="run.started_at", allow_null=True)
    lost = serializers.ListField(child=serializers.CharField(), help_text="Keys it names in vain.")
    proposals = ProposalOf(many=True)


class InboxPage(serializers.Serializer[Any]):
    rows = LooseRun(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")
