"""Whose an account is, and what follows from that."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from portal.accounts.ties.models import ErasedAccount, Tie, account_key
from sources.models import Person
from sprints.models import Task, TaskQuerySet
from tracking.models import Run
from tracking.owners import Owner, runs_of


def whose(viewer: Person, accounts: Iterable[UUID]) -> dict[UUID, User]:
    """Of these accounts the people, where an administrator said so: one query."""
    held = Tie.objects.visible_to(viewer).confirmed().filter(account__in=list(accounts))
    return {tie.account: tie.user for tie in held.select_related("user")}


def owners_of(viewer: Person, runs: Iterable[Run]) -> dict[UUID, User]:
    """By run, the person whose it is: one query."""
    keys = {run.pk: key for run in runs if (key := owner_key(run))}
    people = whose(viewer, keys.values())
    return {run: people[key] for run, key in keys.items() if key in people}


def owner_key(run: Run) -> UUID | None:
    return account_key(run.source_id, "owner", run.owner) if run.owner else None


def author_key(run: Run) -> UUID | None:
    email = run.code.get("email")
    return account_key(run.source_id, "author", email) if email else None


def ties_of(viewer: Person, person: User) -> list[Tie]:
    """This person's confirmed ones, in sources that `viewer` sees: one query."""
    held = Tie.objects.visible_to(viewer).confirmed().filter(user=person)
    return list(held.select_related("origin").order_by("kind", "pk"))


def open_tasks(viewer: Person, person: User, ties: Iterable[Tie]) -> TaskQuerySet:
    """Assigned to this person and not done. Who has no Jira account tied to them is
    known by their name, but for accounts that an administrator spoke about."""
    held = Task.objects.visible_to(viewer).exclude(category="done").order_by("-updated_at")
    members = [tie.account for tie in ties if tie.kind == "member"]
    if members:
        return held.filter(assignee__in=members)
    name = person.get_full_name()
    if not name:
        return held.none()
    return held.filter(assignee_name=name).exclude(_spoken_about(person))


def _spoken_about(person: User) -> Q:
    """Accounts that are not this person's, by an administrator's word."""
    others = Tie.objects.filter(kind="member").filter(Q(confirmed=True) | Q(user=person))
    erased = ErasedAccount.objects.all()
    return Q(assignee__in=others.values("account")) | Q(assignee__in=erased.values("account"))


def newest_runs(viewer: Person, ties: Iterable[Tie], *, most: int) -> list[Run]:
    """Owned by this person, or of commits that they wrote: two queries."""
    held = list(ties)
    owned, authored = (
        [Owner(tie.origin_id, tie.words) for tie in held if tie.kind == kind]
        for kind in ("owner", "author")
    )
    return runs_of(viewer, owned, authored, most=most)
