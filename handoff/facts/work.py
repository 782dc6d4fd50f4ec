"""Which sprint, task and hypothesis: Jira's words copied, for trackers go away."""

from collections.abc import Iterator
from datetime import datetime

from handoff.facts.fact import Fact, Grade, missing
from handoff.facts.gathered import Gathered
from sources.connectors.base import Json
from sprints import hypotheses
from sprints.hypotheses import Claim
from sprints.models import Sprint, Task, Verdict

SECTION = "work"


def facts(known: Gathered) -> Iterator[Fact]:
    hypothesis = known.task if known.task and known.task.is_hypothesis else None
    yield _sprint(known.sprint)
    yield _task(known.parent if hypothesis else known.task, hypothesis)
    yield _hypothesis(known, hypothesis)
    yield _verdict(known)


def moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _sprint(sprint: Sprint | None) -> Fact:
    if sprint is None:
        return missing(SECTION, "sprint", "Sprint", "its task is in no sprint")
    value: dict[str, Json] = {
        "name": sprint.name,
        "number": sprint.number,
        "goal": sprint.goal,
        "state": sprint.state,
        "starts_at": moment(sprint.starts_at),
        "ends_at": moment(sprint.ends_at),
        "jira_id": sprint.external_id,
    }
    return Fact(SECTION, "sprint", "Sprint", "imported", value, sprint.name)


def _copied(task: Task) -> dict[str, Json]:
    return {
        "key": task.name,
        "jira_id": task.external_id,
        "summary": task.summary,
        "status": task.status,
        "assignee": task.assignee_name,
        "url": task.url,
    }


def _task(task: Task | None, hypothesis: Task | None) -> Fact:
    if task is None:
        why = f"{hypothesis.name} has no parent here" if hypothesis else "the run names no task"
        return missing(SECTION, "task", "Task", why)
    note = f"{task.name} {task.summary}"
    return Fact(SECTION, "task", "Task", "imported", _copied(task), note)


def _hypothesis(known: Gathered, task: Task | None) -> Fact:
    title = "Hypothesis"
    if task is None or known.line is None:
        return missing(SECTION, "hypothesis", title, "no hypothesis is tied to the run")
    claim, figures = known.line.claim, known.line.figures
    value: dict[str, Json] = _copied(task) | {
        "claim": claim.text,
        "metric": claim.metric or None,
        "direction": claim.direction,
        "threshold": claim.threshold,
        "baseline": known.baseline.handle if known.baseline else None,
        "best": figures.best,
        "best_at_baseline": figures.baseline,
        "meets": figures.meets(claim),
        "runs": figures.runs,
    }
    grade: Grade = "stated" if claim.grade == "stated" else "imported"
    return Fact(SECTION, "hypothesis", title, grade, value, f"{task.name} {_words(claim)}")


def _words(claim: Claim) -> str:
    if not claim.metric or claim.threshold is None:
        return claim.text
    return f"{claim.text}: {claim.metric} {claim.sign} {claim.threshold:g}"


def _verdict(known: Gathered) -> Fact:
    """Its figures are copied where they were taken of the record's own sources."""
    verdict: Verdict | None = known.line.verdict if known.line else None
    if verdict is None:
        return missing(SECTION, "verdict", "Verdict", "nobody has judged the hypothesis yet")
    by = verdict.by.get_username()
    value: dict[str, Json] = {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "figures": hypotheses.without_sources(verdict)
        if hypotheses.is_within(verdict, known.sources)
        else {},
        "by": by,
        "at": moment(verdict.at),
    }
    concern = "" if verdict.outcome == "confirmed" else f"the hypothesis is {verdict.outcome}"
    note = f"{verdict.outcome} by {by}" + (f": {verdict.reason}" if verdict.reason else "")
    return Fact(SECTION, "verdict", "Verdict", "stated", value, note, concern)
