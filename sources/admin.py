"""Syncs and cursors for the operator, and what every admin of large tables needs.

The source itself is in portal/admin.py: its questions join floors.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from sources.models import Cursor, Sync

COUNTED = 10_000


class Estimate(Paginator):
    """Counts few rows exactly, and many not at all.

    Without a filter the number is Postgres's own estimate; with one, counting
    ends at ten thousand. Pages behind that are reached by filtering.
    """

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        if not rows.query.where:
            told = self.estimated(rows.model)
            return told if told > COUNTED else rows.order_by()[:COUNTED].count()
        return rows.order_by()[:COUNTED].count()

    def estimated(self, model: type[Model]) -> int:
        """-1 before the table was first analysed, or when there is none."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
                [model._meta.db_table],
            )
            return int((cursor.fetchone() or [-1])[0])


class ReadOnly(admin.ModelAdmin):
    """Looked at here, written elsewhere. Never counts a large table."""

    paginator = Estimate
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Words(admin.SimpleListFilter):
    """A column's known values, by the words for them. Django's own filter would
    read the whole table to find them."""

    words: Mapping[str, str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, word) for word in self.words]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.words.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(**{self.column: chosen})

    @property
    def column(self) -> str:
        return str(self.parameter_name)


class Outcome(Words):
    title = parameter_name = "outcome"
    words = {"running": ""} | {
        word: word for word in ("done", "partial", "parked", "failed", "refused")
    }


@admin.register(Sync)
class SyncAdmin(ReadOnly):
    list_display = (
        "source",
        "started_at",
        "result",
        "phase",
        "records",
        "inserted",
        "updated",
        "removed",
        "gap_count",
        "requests",
        "error",
    )
    list_filter = ("source", Outcome, "started_at")
    list_select_related = ("source",)
    fields = (*list_display, "unchanged", "heard_at", "finished_at", "asked_by", "missing")
    readonly_fields = ("result", "missing")
    ordering = ("-started_at",)

    @admin.display(description="outcome", ordering="outcome")
    def result(self, sync: Sync) -> str:
        return sync.outcome or "running"

    @admin.display(description="What is missing")
    def missing(self, sync: Sync) -> SafeString | str:
        """The gaps in words; the rest of them are only counted."""
        told = format_html_join(
            "", "<li>{}: {}</li>", ((gap["what"], gap["why"]) for gap in sync.gaps)
        )
        more = sync.gap_count - len(sync.gaps)
        rest = format_html_join("", "<li>and {} more</li>", [(more,)] if more > 0 else [])
        return told + rest or "nothing"


@admin.register(Cursor)
class CursorAdmin(ReadOnly):
    list_display = ("source", "stream", "moved_at", "finished_at")
    list_filter = ("source",)
    list_select_related = ("source",)
    fields = (*list_display, "position")
    actions = ("from_the_beginning",)

    def has_restart_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.change_cursor")

    @admin.action(description="Read from the beginning", permissions=["restart"])
    def from_the_beginning(self, request: HttpRequest, rows: QuerySet[Cursor]) -> None:
        """Not under a sync: it would write its own position after ours."""
        idle = rows.filter(source__claim=None)
        busy = rows.exclude(source__claim=None).count()
        done = idle.update(position=None, finished_at=None)
        self.message_user(request, f"{done} streams are read from their beginning next time.")
        if busy:
            words = f"{busy} were left as they are: their source is being read. Pause it, and wait."
            self.message_user(request, words, messages.WARNING)
