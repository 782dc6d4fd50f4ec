"""What is written down when somebody changes who may do or see what.

Triggers in Postgres write the events, so bulk updates, the shell and the admin
are seen alike; the request's middleware adds who it was. Proxies, because the
tables belong to lower floors and to Django. Events outlive what they tell of.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.contrib.auth.models import Group, User
from django.db import connection
from psycopg.sql import Composable

from sources.models import Source
from tracking.models import RoleRule


def tracked(*more: pghistory.RowEvent, **options: object) -> object:
    return tracked_as(
        pghistory.InsertEvent("added"),
        pghistory.UpdateEvent("changed"),
        pghistory.DeleteEvent("removed"),
        *more,
        **options,
    )


def tracked_as[M](*events: pghistory.RowEvent, **options: object) -> Callable[[type[M]], type[M]]:
    """Of a table of ours: only these events."""
    return pghistory.track(*events, meta={"default_permissions": ()}, **options)


# A sync moves claim and next_sync_at all the time, and the credential is never
# copied, not even sealed: that it was replaced is all that is said.
@tracked(
    pghistory.UpdateEvent("new credential", condition=pghistory.AnyChange("sealed_secret")),
    fields=["slug", "name", "kind", "settings", "interval", "paused"],
    model_name="SourceEvent",
)
class TrackedSource(Source):
    class Meta:
        proxy = True
        default_permissions = ()


@tracked(model_name="ViewersEvent")
class TrackedViewers(Source.viewers.through):
    """Who sees what came from a source."""

    class Meta:
        proxy = True
        default_permissions = ()


@tracked(model_name="RoleRuleEvent")
class TrackedRoleRule(RoleRule):
    class Meta:
        proxy = True
        default_permissions = ()


@tracked(
    fields=["username", "email", "is_active", "is_staff", "is_superuser"],
    model_name="PersonEvent",
)
class TrackedPerson(User):
    """Never the password, nor when somebody logged in."""

    class Meta:
        proxy = True
        default_permissions = ()


@tracked(model_name="MembershipEvent")
class TrackedMembership(User.groups.through):
    """Who has which role."""

    class Meta:
        proxy = True
        default_permissions = ()


@tracked(model_name="GrantEvent")
class TrackedGrant(Group.permissions.through):
    """What a role may do."""

    class Meta:
        proxy = True
        default_permissions = ()


@contextmanager
def changes_by(**who: object) -> Iterator[None]:
    """What is changed within is written down with `who`: user (an id), command, url."""
    with connection.execute_wrapper(as_text), pghistory.context(**who):
        yield


def as_text(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]
) -> Any:
    """pghistory puts words before a statement, so it must be a text by then."""
    if isinstance(sql, Composable):
        sql = sql.as_string(context["connection"].connection)
    return execute(sql, params, many, context)
