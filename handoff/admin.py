"""Records for the operator: looked at here, written on their pages.

A seal is more than a row (files are read again, a version is given), so the
admin neither makes nor changes records; it can take a draft away.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from handoff.models import Model, Record, RecordFile


class ReadOnly:
    """Nothing is added or changed here."""

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Files(ReadOnly, admin.TabularInline):
    model = RecordFile
    fields = ("path", "role", "blob")
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Record)
class RecordAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("__str__", "task_name", "sealed", "sealed_at", "sealed_by", "created_by")
    list_filter = ("sealed_at",)
    list_select_related = ("model", "sealed_by", "created_by")
    search_fields = ("model__slug", "task_name", "digest__startswith", "id")
    show_full_result_count = False
    exclude = ("body",)
    inlines = (Files,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Record]:
        return super().get_queryset(request).defer("body")

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        """A draft, one at a time."""
        draft = obj is not None and not obj.sealed
        return draft and super().has_delete_permission(request, obj)

    @admin.display(boolean=True)
    def sealed(self, record: Record) -> bool:
        return record.sealed


@admin.register(Model)
class ModelAdmin(admin.ModelAdmin):
    """A line of records: its name can be put right, its slug is in sealed bytes."""

    list_display = ("slug", "name", "created_at")
    search_fields = ("slug", "name")
    readonly_fields = ("slug", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
