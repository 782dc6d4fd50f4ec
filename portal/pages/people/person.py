"""What one person did: their tasks, runs, verdicts. Everything as its viewer sees it."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse

from portal.accounts.ties.following import newest_runs, open_tasks, ties_of
from portal.accounts.ties.known import name_of
from portal.accounts.ties.models import KINDS, Tie
from portal.pages.plan.shown import Action
from sources.models import Person, visible_sources
from sprints.models import Member, Task, Verdict
from tracking.models import Run

MOST = 20


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Page:
    person: User
    name: str
    opening: str
    accounts: list[Account]
    tasks: list[Task]
    runs: list[Run]
    verdicts: list[Verdict]
    may_tie: bool
    actions: list[Action]


def read(viewer: Person, person: User) -> Page:
    """A constant number of queries."""
    ties = ties_of(viewer, person)
    tasks = list(open_tasks(viewer, person, ties)[:MOST])
    runs = newest_runs(viewer, ties, most=MOST)
    verdicts = list(verdicts_of(viewer, person).order_by("-at", "-pk")[:MOST])
    return Page(
        person=person,
        name=name_of(person),
        opening=_opening(person, ties),
        accounts=_accounts(ties),
        tasks=tasks,
        runs=runs,
        verdicts=verdicts,
        may_tie=viewer.has_perm("accounts.tie_account"),  # type: ignore[union-attr]
        actions=_actions(viewer, person),
    )


def _actions(viewer: Person, person: User) -> list[Action]:
    """For who administers people: erasing this one, or why they may not."""
    if not viewer.has_perm("auth.change_user") or hasattr(person, "erasure"):  # type: ignore[union-attr]
        return []
    may = viewer.has_perm("accounts.erase_person")  # type: ignore[union-attr]
    url = reverse("person_erase", args=[person.pk])
    return [Action("Erase…", url, refused="" if may else "Erasing needs the role administrator.")]


def is_known(viewer: Person, person: User) -> bool:
    """Whether `viewer` sees anything of this person: themselves, an account, a verdict."""
    if viewer.pk == person.pk or viewer.has_perm("auth.view_user"):  # type: ignore[union-attr]
        return True
    tied = Tie.objects.visible_to(viewer).confirmed().filter(user=person)
    return tied.exists() or verdicts_of(viewer, person).exists()


def verdicts_of(viewer: Person, person: User) -> QuerySet[Verdict]:
    seen = {"task__source__in": visible_sources(viewer), "task__removed_at": None}
    return Verdict.objects.filter(by=person, **seen).select_related("task")


def _accounts(ties: list[Tie]) -> list[Account]:
    """Of Jira's accounts the names as Jira says them now: one query."""
    members = Member.objects.in_bulk([tie.account for tie in ties if tie.kind == "member"])
    return [
        Account(
            members[tie.account].name if tie.account in members else tie.words or "gone",
            KINDS[tie.kind],
            tie.origin.name,
        )
        for tie in ties
    ]


def _opening(person: User, ties: list[Tie]) -> str:
    if hasattr(person, "erasure"):
        return "Somebody who asked to be erased. What they decided stays."
    if not ties:
        return "No account outside is tied to this person yet."
    return f"Known by {len(ties)} account{'s' if len(ties) != 1 else ''} outside."
