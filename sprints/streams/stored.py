"""Jira's stored records, mapped anew without asking Jira."""

from functools import partial
from typing import Any

from sources.models import Source
from sources.remap import Mapped
from sources.store import Row
from sprints.models import Sprint, Task
from sprints.streams import issues, lists
from sprints.streams.plan import sprint_from
from sprints.streams.tasks import task_from
from sprints.streams.words import SPRINT, TASK, Record, Rule

FROM_PARENT = ("sprint_id", "sprints")  # of a sub-task


def _task(source: Source, record: Record) -> Row:
    row = task_from(record, source.key, Rule.of(source.settings))
    return {
        name: value
        for name, value in row.items()
        if not (row["is_subtask"] and name in FROM_PARENT)
    }


def _sprint(source: Source, raw: dict[str, Any]) -> Row:
    return sprint_from(raw, source.key)


STORED = (
    Mapped(TASK, Task, partial(issues.store, remember=False), _task),
    Mapped(SPRINT, Sprint, partial(lists.store_sprints, remember=False), _sprint),
)
