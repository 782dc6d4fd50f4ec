"""People, roles, tokens, second factors, and what was changed by whom.

Imported first, Django's and allauth's own admin modules register their pages;
ours take their place.
"""

from collections.abc import Iterable
from typing import Any

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from pghistory.models import Events

from portal.accounts import people
from portal.accounts.models import ApiToken, Profile
from portal.accounts.saved import SavedView
from sources.admin import ReadOnly
from sources.models import Source

THEIRS = (account_admin.EmailAddress, Authenticator, sessions_admin.UserSession, User, Group)
__all__ = ["mfa_admin"]

for model in THEIRS:
    admin.site.unregister(model)


class PersonForm(UserChangeForm):
    """The rules of accounts/people.py hold here too."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data.get("email", "")).lower()
        if email and people.has_email(email, but=self.instance):
            raise ValidationError("Somebody else has this address.")
        return email

    def clean(self) -> dict[str, Any]:
        """The last administrator stays one, and active."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        groups = [group.name for group in told.get("groups", ())]
        rules = told.get("is_superuser") or people.ADMINISTRATOR in groups
        if not (rules and told.get("is_active")):
            try:
                people.refuse_the_last(self.instance, "be changed so")
            except people.Refused as refused:
                raise ValidationError(str(refused)) from None
        return told


@admin.register(User)
class PersonAdmin(auth_admin.UserAdmin):
    """Nobody is deleted: their words bear their name. They are deactivated."""

    form = PersonForm
    list_display = ("username", "email", "get_full_name", "is_active", "is_staff", "last_login")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who was erased gets no name, address or password again."""
        return super().has_change_permission(request, obj) and not hasattr(obj, "erasure")

    def add_view(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponseRedirect:
        """People are invited, and choose their password themselves."""
        return redirect("people")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only who has all rights gives all rights."""
        own = tuple(super().get_readonly_fields(request, obj))
        return own if request.user.is_superuser else (*own, "is_superuser")

    def save_model(self, request: HttpRequest, person: User, form: Any, *_: Any) -> None:
        person.save()
        if "is_active" in form.changed_data and not person.is_active:
            people.end_access(person)


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin):
    """The five roles keep their names; what each may do can be changed."""

    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if obj and obj.name in people.ROLES else ()

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        own = obj is not None and obj.name not in people.ROLES
        return own and super().has_delete_permission(request, obj)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly):
    """Who lost their second factor gets in again when it is deleted here. Its
    secret is never shown."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = list_display

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    list_display = ("prefix", "name", "user", "may", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("revoked_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__username")
    fields = (*list_display, "created_at")
    actions = ("revoke",)

    @admin.display(description="scopes")
    def may(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apitoken")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        count = tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} tokens are revoked.")


@admin.register(Profile)
class ProfileAdmin(ReadOnly):
    list_display = ("user", "zone", "single_keys")
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnly):
    """Changed on its own page; what nobody looks after any more is removed here."""

    list_display = ("name", "owner", "shared", "query", "made_at")
    list_filter = ("shared",)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username", "query")
    fields = (*list_display, "columns")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.delete_savedview")


# ── what was changed, by whom ────────────────────────────────────────────────

WHAT = {
    "SourceEvent": "source",
    "ViewersEvent": "who sees a source",
    "RoleRuleEvent": "rule for roles",
    "PersonEvent": "person",
    "MembershipEvent": "role of a person",
    "GrantEvent": "what a role may do",
    "TieEvent": "account of a person",
    "ErasureEvent": "erasure of a person",
}


class Told(ChangeList):
    """Numbers of people, groups and sources are told as names: five queries a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        known = names(self.result_list)
        for event in self.result_list:
            event.known = known


JOINED: dict[str, type[Model]] = {
    "source_id": Source,
    "origin_id": Source,
    "user_id": User,
    "group_id": Group,
    "permission_id": Permission,
}


def names(events: Iterable[Any]) -> dict[tuple[str, str], str]:
    """By column and number, as text."""
    wanted: dict[str, set[Any]] = {column: set() for column in JOINED}
    for event in events:
        for column in JOINED.keys() & event.pgh_data.keys():
            wanted[column].add(event.pgh_data[column])
        wanted["user_id"].add((event.pgh_context or {}).get("user"))
    return {
        (column, str(found.pk)): str(found)
        for column, keys in wanted.items()
        for found in JOINED[column]._default_manager.filter(pk__in=keys - {None})
    }


class Across(admin.SimpleListFilter):
    title = "what"
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(WHAT.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        return queryset.across(f"accounts.{chosen}") if chosen in WHAT else queryset


@admin.register(Events)
class EventsAdmin(ReadOnly):
    """Newest first. Events cannot be changed, here or in the database."""

    list_display = ("at", "by", "did", "what", "which", "changes")
    list_display_links = None
    list_filter = (Across,)
    ordering = ("-pgh_created_at",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return Events.objects.order_by("-pgh_created_at")

    def get_changelist(self, request: HttpRequest, **more: Any) -> type[ChangeList]:
        return Told

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and request.user.has_perm("auth.view_user")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description="when", ordering="pgh_created_at")
    def at(self, event: Any) -> Any:
        return event.pgh_created_at

    @admin.display(description="who")
    def by(self, event: Any) -> str:
        """A person, a command, or nobody: a migration, or the database's own shell."""
        told = event.pgh_context or {}
        user = told.get("user")
        person = event.known.get(("user_id", str(user)), f"person {user}, gone") if user else ""
        return " · ".join(filter(None, (person, told.get("command", ""))))

    @admin.display(description="did")
    def did(self, event: Any) -> str:
        return str(event.pgh_label)

    @admin.display(description="what")
    def what(self, event: Any) -> str:
        return str(WHAT.get(event.pgh_model.partition(".")[2], event.pgh_model))

    @admin.display(description="which")
    def which(self, event: Any) -> str:
        """Its own name, or the names of the two that were joined."""
        values = event.pgh_data
        for own in ("username", "name", "role"):
            if own in values:
                return str(values[own])
        joined = [(column, str(values[column])) for column in JOINED if column in values]
        return " · ".join(event.known.get(pair, " ".join(pair)) for pair in joined)

    @admin.display(description="changes")
    def changes(self, event: Any) -> str:
        """ "paused: False → True", for what was changed rather than added."""
        told = event.pgh_diff or {}
        return "; ".join(f"{name}: {old} → {new}" for name, (old, new) in told.items())
