"""Hypotheses of the plan as sub-tasks, closed with what was measured."""

from collections.abc import Iterator
from datetime import timedelta

from demo.work.jira_seed.changes import Seed, finished, iso, moved_keys, statuses, step
from demo.work.people import LEA
from demo.work.roster import hypotheses
from demo.work.verdicts import Measured, evidence, verdict
from demo.work.words import Hypothesis, Sprint


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
