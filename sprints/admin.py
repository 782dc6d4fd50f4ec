"""The plan for the operator: Jira's rows to look at, people's words to trace.

Nothing is written here: mirrored rows are the sync's, and what people decide
is done on the pages, where its evidence is seen.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sources.admin import ReadOnly, Words
from sprints.models import (
    Board,
    Dismissal,
    Evidence,
    Hypothesis,
    JiraProject,
    Member,
    Release,
    Sprint,
    Task,
    TaskEvent,
    TaskKey,
    Verdict,
)
from tracking.models import Run

type Rows = QuerySet[Any]


def tasks_called(term: str) -> Rows:
    """Tasks that have, or had, a key: by the index that the pages use."""
    return TaskKey.objects.filter(name=term.upper()).values("task")


class FoundByTask(ReadOnly):
    """The search field takes a key, whole: anything else reads every row."""

    search_fields = ("task",)
    search_help_text = "A task's key, whole: DOC-2698, or one that it had before"

    def get_search_results(
        self, request: HttpRequest, queryset: Rows, search_term: str
    ) -> tuple[Rows, bool]:
        term = search_term.strip()
        return (queryset.filter(task__in=tasks_called(term)) if term else queryset), False


# ── Jira's ───────────────────────────────────────────────────────────────────


class Mirror(ReadOnly):
    list_filter = ("source",)
    list_select_related = ("source",)


@admin.register(Member)
class MemberAdmin(Mirror):
    list_display = ("name", "active", "source", "external_id", "removed_at")
    fields = list_display


@admin.register(JiraProject)
class JiraProjectAdmin(Mirror):
    list_display = ("short", "name", "source", "external_id", "removed_at")
    fields = list_display


@admin.register(Board)
class BoardAdmin(Mirror):
    list_display = ("name", "source", "external_id", "removed_at")
    fields = (*list_display, "project")


@admin.register(Release)
class ReleaseAdmin(Mirror):
    list_display = ("name", "released", "due_on", "source", "external_id", "removed_at")
    fields = list_display


class SprintState(Words):
    title = parameter_name = "state"
    words = {word: word for word in ("future", "active", "closed")}


@admin.register(Sprint)
class SprintAdmin(ReadOnly):
    list_select_related = ("source",)
    list_display = ("name", "number", "state", "starts_at", "ends_at", "completed_at", "source")
    list_filter = ("source", SprintState)
    fields = (*list_display, "goal", "board", "external_id", "removed_at", "key")


class Category(Words):
    title = parameter_name = "category"
    words = {word: word for word in ("todo", "doing", "done")}


@admin.register(Task)
class TaskAdmin(FoundByTask):
    """What the page says, and what our mapping made of Jira's record."""

    list_display = ("name", "summary", "type", "status", "is_hypothesis", "updated_at", "source")
    list_filter = ("source", Category)
    list_select_related = ("source",)
    ordering = ("-updated_at",)
    fields = (
        ("name", "type", "status", "category"),
        ("summary", "points", "priority"),
        ("is_subtask", "is_hypothesis"),
        "claimed",
        ("project", "parent", "epic", "sprint"),
        "sprints",
        ("assignee_name", "reporter_name"),
        ("labels", "versions"),
        ("created_at", "updated_at", "resolved_at", "due_on"),
        ("source", "external_id", "removed_at", "key"),
        "url",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: Rows, search_term: str
    ) -> tuple[Rows, bool]:
        term = search_term.strip()
        return (queryset.filter(pk__in=tasks_called(term)) if term else queryset), False


@admin.register(TaskEvent)
class TaskEventAdmin(FoundByTask):
    """A task's history, as far as Jira told it."""

    list_display = ("at", "task", "kind", "field", "before", "after", "author_name")
    list_filter = ("source",)
    list_select_related = ("task",)
    ordering = ("-at",)
    fields = (*list_display, "before_id", "after_id", "key")


# ── people's ─────────────────────────────────────────────────────────────────


class OfPeople(FoundByTask):
    list_select_related = ("task", "by")

    @admin.display(description="run")
    def handle(self, row: Any) -> str:
        """By its tracker's id; a run that is gone by its key."""
        if row.run is None:
            return "none"
        held = Run.objects.filter(pk=row.run).values_list("handle", flat=True).first()
        return held or str(row.run)


@admin.register(Hypothesis)
class HypothesisAdmin(FoundByTask):
    list_display = ("task", "metric", "direction", "threshold", "edited_by", "edited_at")
    list_select_related = ("task", "edited_by")
    ordering = ("-edited_at",)
    fields = (*list_display, "claim", "baseline")


class Outcome(Words):
    title = parameter_name = "outcome"
    words = {word: word for word in ("confirmed", "refuted", "inconclusive", "dropped")}


@admin.register(Verdict)
class VerdictAdmin(OfPeople):
    list_display = ("at", "task", "outcome", "by", "reason")
    list_filter = (Outcome,)
    ordering = ("-at", "-id")
    fields = (*list_display, "handle", "figures")
    readonly_fields = ("handle",)


@admin.register(Evidence)
class EvidenceAdmin(OfPeople):
    """Who tied which run to which task, or untied it."""

    list_display = ("at", "task", "run", "added", "by")
    ordering = ("-at", "-id")
    fields = (*list_display, "handle")
    readonly_fields = ("handle",)


@admin.register(Dismissal)
class DismissalAdmin(ReadOnly):
    """Runs that people put aside. Taking a row away brings the run back to the inbox."""

    list_display = ("at", "run", "by")
    list_select_related = ("by",)
    ordering = ("-at",)
    fields = list_display

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("sprints.delete_dismissal")
