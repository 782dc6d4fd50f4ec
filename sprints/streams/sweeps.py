"""What polling never tells: issues that are gone, hidden, or were missed; and
worklogs that changed without their issue."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from sources import documents
from sources.connectors.base import Json, Page
from sources.connectors.jira.client import JiraClient
from sources.models import Source
from sources.store import Stored, sweep
from sprints.models import JiraProject, Task, Worklog
from sprints.streams import issues
from sprints.streams.tasks import issue_id
from sprints.streams.words import PROJECT

type Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """Every issue id that these projects have, as of a time of our clock."""

    projects: tuple[str, ...]
    present: Set[str]
    at: datetime


def sweep_pages(client: JiraClient, source: Source) -> Iterator[Page[Raw | Listing]]:
    """A sweep, made sure of: what is stored and not listed, or listed and not
    stored, is asked for by id first, because lists lag and shift.

    Pages of issue records, and at the end the Listing of what there is.
    """
    began = timezone.now()
    listed: set[str] = set()
    ended: Any = {}
    for page in client.sweep():
        listed.update(page.records)
        ended = page.resume
        yield Page((), None, page.gaps)
    projects = tuple(ended["projects"])
    doubtful = listed ^ _held(source, projects)
    found: set[str] = set()
    for asked in client.issues_by_id(sorted(doubtful)):
        found.update(issue_id(record) for record in asked.records)
        yield Page(asked.records, None, asked.gaps)
    listed -= doubtful
    listed |= found
    yield Page((Listing(projects, listed, began),), None)


def _held(source: Source, projects: Iterable[str]) -> set[str]:
    held = Task.objects.filter(_within(source, projects), source=source.pk, removed_at=None)
    return set(held.values_list("external_id", flat=True).iterator())


def _within(source: Source, projects: Iterable[str]) -> Q:
    return Q(project__in=[source.key(PROJECT, project) for project in projects])


def store_swept(source: Source, records: Sequence[Raw | Listing]) -> Stored:
    """Store records; hide tasks that are listed no more, and those of projects
    that are hidden themselves. Too many at once are not believed. What people
    wrote about a task stays."""
    stored = issues.store(source, [one for one in records if not isinstance(one, Listing)])
    for listing in records:
        if isinstance(listing, Listing):
            stored += _hide(source, listing)
    return stored


def _hide(source: Source, listing: Listing) -> Stored:
    before = timezone.now()
    stored = sweep(
        source,
        Task,
        listing.present,
        started_at=listing.at,
        within=_within(source, listing.projects),
    )
    along = _hide_along(source)
    hidden = Task.objects.filter(source=source.pk, removed_at__gte=before)
    documents.forget(hidden.values_list("key", flat=True))
    return stored + Stored(removed=along)


def _hide_along(source: Source) -> int:
    """All tasks of a project that is hidden: that it is was judged with the list of
    projects, and however many they are, nobody may see them there any more."""
    gone = JiraProject.objects.filter(source=source.pk, removed_at__isnull=False)
    shown = Task.objects.filter(source=source.pk, removed_at=None, project__in=gone.values("pk"))
    return shown.update(removed_at=timezone.now())


def worklog_pages(client: JiraClient, source: Source, since: Json) -> Iterator[Page[Raw]]:
    """Whole issues, again, whose worklogs were changed or deleted."""
    for page in client.worklog_feed(since):
        for found in client.issues_by_id(sorted(_touched(source, page.records))):
            yield Page(found.records, since, found.gaps)
        yield Page((), page.resume)


def _touched(source: Source, records: Sequence[Raw]) -> set[str]:
    """Ids of stored issues: the feed is of the whole site, and of a deleted
    worklog it tells nothing but its number."""
    named = [record["issue"] for record in records if record["issue"]]
    gone = [record["worklog"] for record in records if record["deleted"]]
    tasks = Task.objects.filter(source=source.pk, removed_at=None)
    by_worklog = Worklog.objects.filter(source=source.pk, external_id__in=gone).values("task")
    held = tasks.filter(Q(external_id__in=named) | Q(key__in=by_worklog))
    return set(held.values_list("external_id", flat=True))
