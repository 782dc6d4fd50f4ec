"""Tasks of the plan as issues, with what happened to them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from demo.work.jira_seed.changes import Seed, finished, iso, statuses, step
from demo.work.people import LEA
from demo.work.plan import CHAPTERS
from demo.work.words import Sprint, Task

PLANNED = timedelta(days=3)  # how long before its sprint an issue is written, unless told


def tasks() -> Iterator[Seed]:
    for chapter in CHAPTERS:
        for task in chapter.tasks:
            yield task_issue(task, chapter.sprint)


def task_issue(task: Task, told: Sprint) -> Seed:
    reporter = task.reporter or LEA
    issue = {
        "key": task.moved_to or task.key,
        "type": task.type,
        "status": task.moves[-1][1] if task.moves else "To Do",
        "summary": task.summary,
        "description": task.text,
        "reporter": reporter.name,
        "assignee": task.assignee.name,
        "priority": task.priority,
        "labels": list(task.labels),
        "parent": "OCR-1" if task.moved_to else task.epic,
        "sprints": [told.number, *task.carried],
        "points": task.points,
        "versions": [task.version] if task.version else [],
        "components": [task.component] if task.component else [],
        "created": iso(written(task, told)),
        "history": list(task_history(task, told)),
        "comments": [
            {"at": iso(told.at(said.when)), "by": said.by.name, "text": said.text}
            for said in task.said
        ],
        "worklogs": list(worklogs(task, told)),
        "links": [{"type": "Blocks", "to": key} for key in task.blocks],
        "due": task.due,
    }
    return finished(issue)


def written(task: Task, told: Sprint) -> datetime:
    return told.at(task.created) if task.created else told.start - PLANNED


def worklogs(task: Task, told: Sprint) -> Iterator[Seed]:
    for work in task.worked:
        ended = told.at(work.when)
        yield {
            "at": iso(ended),
            "by": work.by.name,
            "started": iso(ended - timedelta(hours=work.hours)),
            "seconds": round(work.hours * 3600),
            "text": work.text,
        }


def task_history(task: Task, told: Sprint) -> Iterator[Seed]:
    added = told.at(task.added) if task.added else told.start - timedelta(hours=1)
    yield step(added, LEA, "sprints", None, [told.number])
    for at, later in enumerate(task.carried):
        before = [told.number, *task.carried[:at]]
        # Jira moves what is open when the old sprint is closed.
        closed = told.at(f"{later}/1 06:20")
        yield step(closed, LEA, "sprints", before, [*before, later])
    yield from statuses(task.moves, told, task.assignee)
    yield from estimates(task, told)
    if task.moved_to:
        yield step(told.at(task.moved_when), LEA, "key", task.key, task.moved_to)


def estimates(task: Task, told: Sprint) -> Iterator[Seed]:
    """`estimated` holds what the points were before each change."""
    if not task.estimated:
        return
    after = [*(before for _, before in task.estimated[1:]), task.points]
    for (when, before), then in zip(task.estimated, after, strict=True):
        yield step(told.at(when), task.assignee, "points", before, then)
