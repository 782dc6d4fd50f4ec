"""What the trackers do not hold: claims as data, verdicts, and the wrong tags."""

from typing import Any

from demo.work.jira_seed.changes import iso, moved_keys
from demo.work.people import PEOPLE
from demo.work.roster import LIVE, WRONG_TAGS, Run, hypotheses, runs
from demo.work.verdicts import Measured, evidence, verdict
from demo.work.words import TOLD_AT, Hypothesis, Sprint, Task

type Told = dict[str, Any]


def story(measured: Measured) -> Told:
    return {
        "asOf": TOLD_AT.date().isoformat(),
        "toldAt": iso(TOLD_AT),
        "people": [
            {"name": person.name, "shown": person.shown, "role": person.role} for person in PEOPLE
        ],
        "hypotheses": [
            told(hypothesis, task, chapter.sprint, measured)
            for chapter, task, hypothesis in hypotheses()
        ],
        "runs": [{"id": run.run_id, "project": run.project, "name": run.name} for run in runs()],
        "wrongTags": sorted(WRONG_TAGS),
        "movedKeys": moved_keys(),
        "active": [run.run_id for run in runs() if run.trial.ending == "running"],
        "liveProject": LIVE,
    }


def told(hypothesis: Hypothesis, task: Task, sprint: Sprint, measured: Measured) -> Told:
    moved = moved_keys()
    made: Told = {
        "key": moved.get(hypothesis.key, hypothesis.key),
        "task": task.moved_to or task.key,
        "sprint": sprint.number,
        "claim": hypothesis.claim,
        "metric": hypothesis.metric,
        "direction": "below" if hypothesis.below else "above",
        "threshold": hypothesis.threshold,
        "baseline": moved.get(hypothesis.baseline, hypothesis.baseline),
        "baselineRun": baseline_run(hypothesis, measured),
        "owner": hypothesis.owner.name,
        "note": hypothesis.note,
        "verdict": verdict(hypothesis, measured),
    }
    if hypothesis.decided:
        made["decidedAt"] = iso(sprint.at(hypothesis.decided))
        found = evidence(hypothesis, measured)
        made["evidence"] = [
            {"project": run.project, "run": run.run_id, "value": value}
            for run, value in found.values
        ]
    return made


def baseline_run(hypothesis: Hypothesis, measured: Measured) -> str:
    """The best run of the hypothesis compared with; empty without one."""
    by_key = {other.key: other for _, _, other in hypotheses()}
    if not hypothesis.baseline:
        return ""
    best: Run = evidence(by_key[hypothesis.baseline], measured).best[0]
    return best.run_id
