"""The plan as a practice Jira's seed (its format: demo/jira/seed/__init__.py)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from demo.work.people import ADA, LEA, PEOPLE, TOR, Person
from demo.work.plan import CHAPTERS
from demo.work.roster import hypotheses, runs
from demo.work.verdicts import Measured, evidence, verdict
from demo.work.words import TOLD_AT, Hypothesis, Sprint, Task

type Seed = dict[str, Any]

TOKEN = "practice-{name}"  # noqa: S105 - no secret: it opens a practice server
STATUSES = [
    {"id": "10000", "name": "To Do", "category": "new"},
    {"id": "3", "name": "In Progress", "category": "indeterminate"},
    {"id": "10001", "name": "In Review", "category": "indeterminate"},
    {"id": "10003", "name": "Blocked", "category": "indeterminate"},
    {"id": "10002", "name": "Done", "category": "done"},
]
EPICS = (
    ("DOC-2601", "Read hand-filled digits well enough to ship", LEA),
    ("DOC-2602", "Data we can trust", ADA),
    ("DOC-2603", "A reader that the service can run", TOR),
    ("OCR-1", "Whole amounts, not only digits", ADA),
)
VERSIONS = (("0.1", True, "2026-10-02"), ("0.2", True, "2026-10-30"), ("0.3", True, "2026-11-13"))
PLANNED = timedelta(days=3)  # how long before its sprint an issue is written, unless told
BOARD = 1
COUNTED = (("3 09:00", "In Progress"), ("4 12:00", "Done"))


def seed(measured: Measured) -> Seed:
    """The whole file, told on day 9 of sprint 49."""
    return {
        "asOf": TOLD_AT.date().isoformat(),
        "users": [user(person) for person in PEOPLE],
        "statuses": STATUSES,
        "projects": projects(),
        "boards": [
            {"id": BOARD, "name": "DOC board", "project": "DOC", "type": "scrum"},
            {"id": 2, "name": "OCR board", "project": "OCR", "type": "kanban"},
        ],
        "sprints": [sprint(chapter.sprint) for chapter in CHAPTERS],
        "issues": numbered([*epics(), *tasks(), *subtasks(measured), *elsewhere()]),
    }


def user(person: Person) -> Seed:
    return {
        "name": person.name,
        "accountId": f"712020:{person.name.replace('.', '-')}",
        "displayName": person.shown,
        "email": f"{person.name}@paper-lab.example",
        "zone": person.zone,
        "token": TOKEN.format(name=person.name),
    }


def projects() -> list[Seed]:
    versions: list[Seed] = [
        {"name": name, "released": released, "releaseDate": day} for name, released, day in VERSIONS
    ]
    doc: Seed = {"key": "DOC", "name": "Form reading", "lead": LEA.name}
    doc["versions"] = [*versions, {"name": "0.4"}]
    return [doc, {"key": "OCR", "name": "Amounts", "lead": ADA.name}]


def sprint(told: Sprint) -> Seed:
    made = {
        "id": told.number,
        "board": BOARD,
        "name": f"Sprint {told.number}",
        "goal": told.goal,
        "created": iso(told.start - timedelta(days=4)),
        "start": iso(told.start),
        "end": iso(told.end),
    }
    if told.end > TOLD_AT:
        return made | {"state": "active"}
    return made | {"state": "closed", "complete": iso(told.end - timedelta(minutes=40))}


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def numbered(issues: list[Seed]) -> list[Seed]:
    """In the order they were written, with ids that rise with it."""
    ordered = sorted(issues, key=lambda issue: (issue["created"], issue["key"]))
    return [{"id": 31200 + 3 * at} | issue for at, issue in enumerate(ordered)]


def epics() -> Iterator[Seed]:
    first = CHAPTERS[0].sprint
    for at, (key, summary, lead) in enumerate(EPICS):
        began = first.at("2 08:00")
        yield {
            "key": key,
            "type": "Epic",
            "status": "In Progress",
            "summary": summary,
            "reporter": LEA.name,
            "assignee": lead.name,
            "created": iso(first.start - timedelta(days=20, minutes=-7 * at)),
            "history": [step(began, lead, "status", "To Do", "In Progress")],
        }


def step(at: datetime, by: Person, field: str, old: Any, new: Any) -> Seed:
    return {"at": iso(at), "by": by.name, "changes": [{"field": field, "from": old, "to": new}]}


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


def finished(issue: Seed) -> Seed:
    """Without what is empty; with the time of its last move to Done."""
    history = sorted(issue["history"], key=lambda entry: entry["at"])
    done = [
        entry["at"]
        for entry in history
        for change in entry["changes"]
        if change["field"] == "status" and change["to"] == "Done"
    ]
    if done:
        issue["resolved"] = done[-1]
    return {name: value for name, value in (issue | {"history": history}).items() if value}


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


def statuses(moves: tuple[tuple[str, str], ...], told: Sprint, by: Person) -> Iterator[Seed]:
    now = "To Do"
    for when, status in moves:
        entry = step(told.at(when), by, "status", now, status)
        if status == "Done":
            entry["changes"].append({"field": "resolution", "to": "Done"})
        yield entry
        now = status


def estimates(task: Task, told: Sprint) -> Iterator[Seed]:
    """`estimated` holds what the points were before each change."""
    if not task.estimated:
        return
    after = [*(before for _, before in task.estimated[1:]), task.points]
    for (when, before), then in zip(task.estimated, after, strict=True):
        yield step(told.at(when), task.assignee, "points", before, then)


def subtasks(measured: Measured) -> Iterator[Seed]:
    moved = moved_keys()
    for chapter, task, hypothesis in hypotheses():
        issue = hypothesis_issue(hypothesis, chapter.sprint, measured)
        issue["parent"] = task.moved_to or task.key
        if task.moved_to:
            issue["key"] = moved[hypothesis.key]
            at = chapter.sprint.at(task.moved_when)
            issue["history"].append(step(at, LEA, "key", hypothesis.key, issue["key"]))
        yield finished(issue)


def moved_keys() -> dict[str, str]:
    """Old key to new: the sub-tasks of a moved task get the numbers after its own."""
    found: dict[str, str] = {}
    for chapter in CHAPTERS:
        for task in chapter.tasks:
            if task.moved_to:
                project, _, number = task.moved_to.partition("-")
                olds = [task.key, *(hypothesis.key for hypothesis in task.hypotheses)]
                found |= {old: f"{project}-{int(number) + at}" for at, old in enumerate(olds)}
    return found


def hypothesis_issue(hypothesis: Hypothesis, told: Sprint, measured: Measured) -> Seed:
    moves = hypothesis_moves(hypothesis)
    return {
        "key": hypothesis.key,
        "type": "Hypothesis" if hypothesis.by_type else "Sub-task",
        "status": moves[-1][1] if moves else "To Do",
        "summary": hypothesis.claim,
        "description": described(hypothesis),
        "reporter": hypothesis.owner.name,
        "assignee": hypothesis.owner.name,
        "labels": [] if hypothesis.by_type else ["hypothesis"],
        "created": iso(told.at(hypothesis.opened)),
        "history": list(statuses(tuple(moves), told, hypothesis.owner)),
        "comments": list(concluded(hypothesis, told, measured)),
    }


def hypothesis_moves(hypothesis: Hypothesis) -> list[tuple[str, str]]:
    moves = []
    if hypothesis.trials:
        moves.append((hypothesis.trials[0].when, "In Progress"))
    if hypothesis.decided:
        moves.append((hypothesis.decided, "Done"))
    return moves


def described(hypothesis: Hypothesis) -> str:
    """One fact a line, so that a person and a program read the same."""
    way = "below" if hypothesis.below else "above"
    lines = [
        f"Claim: {hypothesis.claim}",
        f"Metric: {hypothesis.metric}",
        f"Threshold: {way} {hypothesis.threshold:g}",
    ]
    if hypothesis.baseline:
        lines.append(f"Baseline: {moved_keys().get(hypothesis.baseline, hypothesis.baseline)}")
    return "\n\n".join(lines)


def concluded(hypothesis: Hypothesis, told: Sprint, measured: Measured) -> Iterator[Seed]:
    """The owner's closing comment, with the measured numbers in it."""
    ended = verdict(hypothesis, measured)
    if ended is None:
        return
    found = evidence(hypothesis, measured)
    values = ", ".join(f"{run.run_id} {value:.4f}" for run, value in found.values)
    text = f"Verdict: {ended}. Best {hypothesis.metric} of each run: {values}."
    at = told.at(hypothesis.decided) - timedelta(minutes=2)
    yield {"at": iso(at), "by": hypothesis.owner.name, "text": f"{text} {hypothesis.note}".strip()}


def elsewhere() -> Iterator[Seed]:
    """The OCR project's own few issues, and what waits in the backlog."""
    first = CHAPTERS[0].sprint
    common = {"reporter": ADA.name, "assignee": ADA.name}
    yield common | {
        "key": "OCR-3",
        "type": "Task",
        "status": "Done",
        "summary": "Count how many boxes an amount has",
        "description": "Five on the current forms, four on the old ones.",
        "parent": "OCR-1",
        "created": iso(first.at("46/2 09:00")),
        "resolved": iso(first.at("46/4 12:00")),
        "history": list(statuses(COUNTED, CHAPTERS[2].sprint, ADA)),
    }
    yield common | {
        "key": "OCR-9",
        "type": "Story",
        "status": "To Do",
        "summary": "Use the check digit of an amount",
        "description": "The last box is a check digit: an amount that does not add up is misread.",
        "parent": "OCR-1",
        "points": 5,
        "created": iso(first.at("48/3 13:00")),
    }
    yield {
        "key": "DOC-2716",
        "type": "Story",
        "status": "To Do",
        "summary": "Letters, not only digits",
        "description": "Upper case first. Needs another data set; ask the archive.",
        "reporter": LEA.name,
        "parent": "DOC-2601",
        "points": 13,
        "created": iso(first.at("49/4 15:00")),
    }


def keys() -> set[str]:
    """Every key that resolves in this Jira, old ones included."""
    new = {key for key, _, _ in EPICS} | {issue["key"] for issue in elsewhere()}
    planned = {task.key for chapter in CHAPTERS for task in chapter.tasks}
    claimed = {hypothesis.key for _, _, hypothesis in hypotheses()}
    return new | planned | claimed | set(moved_keys().values())


def tagged() -> set[str]:
    """Every tag of every run."""
    return {tag for run in runs() for tag in run.trial.tags}
