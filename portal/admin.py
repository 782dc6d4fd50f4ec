"""Sources for the operator: which is stuck, since when, why; and what to do. And the
rules for files' roles.

They stand on the top floor because they join floors: the kinds of source, the workers,
the records that cite one.
"""

import json
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from handoff.models import Record
from portal import tasks
from portal.freshness import Standing, age, standings
from portal.pages.asking import person
from portal.streams import KINDS
from sources.admin import Estimate
from sources.models import READING, Source
from tracking.models import RoleRule

admin.site.site_header = admin.site.site_title = "Labledger admin"
admin.site.index_title = "What runs, and who may do what"

KEPT = (
    "Empty: the stored one stays. It is never shown. A new one is stored as it is: to have it "
    "tested before, use the source's own page (View on site)."
)


class SourceForm(forms.ModelForm):
    """The sealed credential is not a field; a new one may be written over it."""

    new_credential = forms.CharField(
        required=False, help_text=KEPT, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    class Meta:
        model = Source
        fields = ("name", "secret_expires_at", "interval", "paused", "viewers")


class Standings(ChangeList):
    """Each row with its standing: three queries a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        for standing in standings(self.result_list, timezone.now()):
            standing.source.standing = standing  # type: ignore[attr-defined]


def standing_of(source: Source) -> Standing:
    held: Standing | None = getattr(source, "standing", None)
    return held or standings([source], timezone.now())[0]


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    form = SourceForm
    list_display = ("name", "of_kind", "state", "last_read", "missing", "last_words", "next_sync")
    list_filter = ("kind", "paused")
    search_fields = ("name", "slug")
    fields = (
        "name",
        ("of_kind", "slug"),
        ("state", "last_read", "next_sync"),
        "last_words",
        "how_it_is_read",
        "new_credential",
        "secret_expires_at",
        "interval",
        "paused",
        "viewers",
    )
    readonly_fields = (
        "slug",
        "of_kind",
        "state",
        "last_read",
        "last_words",
        "next_sync",
        "how_it_is_read",
    )
    filter_horizontal = ("viewers",)
    actions = ("sync_now", "pause", "go_on", "remove")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = Estimate

    def get_changelist(self, request: HttpRequest, **more: Any) -> type[ChangeList]:
        return Standings

    def add_view(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponseRedirect:
        """Adding asks what the kind needs, and tests it: that is a page of ours."""
        return redirect("source_add")

    def view_on_site(self, source: Source) -> str:
        return reverse("source", args=[source.slug])

    def save_model(self, request: HttpRequest, source: Source, form: Any, *_: Any) -> None:
        """Only what was changed: a worker moves the other columns meanwhile."""
        changed = {*form.changed_data} & {field.name for field in Source._meta.concrete_fields}
        if "secret_expires_at" in changed:
            source.secret_end_guessed = False
            changed.add("secret_end_guessed")
        if form.cleaned_data["new_credential"]:
            end = source.secret_expires_at if "secret_expires_at" in changed else None
            source.secret = form.cleaned_data["new_credential"]
            source.secret_expires_at = end  # the old one's says nothing of the new one
            changed |= {"sealed_secret", "secret_expires_at", "secret_end_guessed"}
        source.save(update_fields=changed)

    # ── the columns ──────────────────────────────────────────────────────────

    @admin.display(description="kind", ordering="kind")
    def of_kind(self, source: Source) -> str:
        return standing_of(source).kind

    @admin.display
    def state(self, source: Source) -> str:
        return standing_of(source).state

    @admin.display(description="last good read")
    def last_read(self, source: Source) -> str:
        return age(standing_of(source), timezone.now())

    @admin.display
    def missing(self, source: Source) -> int:
        last = standing_of(source).last
        return last.gap_count if last else 0

    @admin.display(description="last words")
    def last_words(self, source: Source) -> str:
        last = standing_of(source).last
        return last.error if last else ""

    @admin.display(description="settings")
    def how_it_is_read(self, source: Source) -> SafeString:
        """Changed on their own page, which asks for the credential again where another
        setting would send it elsewhere."""
        held = {name: value for name, value in source.settings.items() if name != READING}
        return format_html(
            '{}<br><a href="{}">Change them on their own page</a>',
            json.dumps(held, ensure_ascii=False),
            reverse("source_edit", args=[source.slug]),
        )

    @admin.display(description="next sync", ordering="next_sync_at")
    def next_sync(self, source: Source) -> object:
        return "paused" if source.paused else source.next_sync_at

    # ── what can be done ─────────────────────────────────────────────────────

    def has_sync_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.sync_source")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.delete_source")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Django's own way would gather every row in memory first: see `remove`."""
        return False

    @admin.action(description="Sync now", permissions=["sync"])
    def sync_now(self, request: HttpRequest, rows: QuerySet[Source]) -> None:
        known = rows.filter(kind__in=KINDS)
        begun = [one for one in known if tasks.start_sync(one, by=person(request))]
        self.message_user(request, f"{len(begun)} syncs have started.")
        if rest := rows.count() - len(begun):
            words = f"{rest} were left alone: they are being read already."
            self.message_user(request, words, messages.WARNING)

    @admin.action(description="Pause", permissions=["sync"])
    def pause(self, request: HttpRequest, rows: QuerySet[Source]) -> None:
        """A sync that runs is not cut off."""
        self.message_user(request, f"{rows.update(paused=True)} sources are paused.")

    @admin.action(description="Go on", permissions=["sync"])
    def go_on(self, request: HttpRequest, rows: QuerySet[Source]) -> None:
        self.message_user(request, f"{rows.update(paused=False)} sources are read again.")

    @admin.action(description="Remove, with all that came from it", permissions=["remove"])
    def remove(self, request: HttpRequest, rows: QuerySet[Source]) -> HttpResponse | None:
        """Asks first; then a worker does it, for there may be millions of rows."""
        if "sure" not in request.POST:
            return render(request, "admin/remove_sources.html", self.asked(request, rows))
        for source in rows:
            tasks.start_removal(source, by=person(request))
        self.message_user(request, f"{len(rows)} sources are being removed by a worker.")
        return None

    def asked(self, request: HttpRequest, rows: QuerySet[Source]) -> dict[str, Any]:
        cited = [(one, Record.objects.filter(sources__contains=[one.pk]).count()) for one in rows]
        return {
            **self.admin_site.each_context(request),
            "title": "Remove sources",
            "opts": self.opts,
            "sources": cited,
            "ticked": ACTION_CHECKBOX_NAME,
        }


PATTERNS = (
    "Patterns are the shell's, in any case of letters. A bar parts several: *.pt | *.ckpt."
    " &lt; and &gt; are the edges of a word: *&lt;roc&gt;* fits plots/roc_1 and not"
    " plots/process. An empty one among several kinds of bytes (| image/*) fits files whose"
    " bytes are not here."
)


@admin.register(RoleRule)
class RoleRuleAdmin(admin.ModelAdmin):
    """The first rule that fits gives a file its role: each file that is stored, and
    all files that are stored already as soon as a rule is another."""

    list_display = ("order", "path", "name", "media_type", "role")
    fieldsets = ((None, {"fields": list_display, "description": PATTERNS}),)
    list_display_links = ("order",)
    list_editable = ("path", "name", "media_type", "role")
    search_fields = ("path", "name", "media_type", "role")

    def changelist_view(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponse:
        return self._then_reassign(request, super().changelist_view(request, *given, **more))

    def changeform_view(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponse:
        return self._then_reassign(request, super().changeform_view(request, *given, **more))

    def delete_view(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponse:
        return self._then_reassign(request, super().delete_view(request, *given, **more))

    def _then_reassign(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        """Once a form, however many rules it changed: each file is looked at. A
        form that was refused comes back as a page."""
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND:
            tasks.start_roles()
            self.message_user(request, "A worker gives the stored files their roles by it.")
        return answer
