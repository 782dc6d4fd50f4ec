"""The one run that is still going: it grows while people look at it.

Its whole training was done beforehand. What it had not yet logged at the moment
of the story is in growing.json, and `grow` adds each epoch when it is due.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo.neptune.fields import Container
from demo.neptune.store import Store
from demo.neptune.times import milliseconds
from demo.work.logged import Logged
from demo.work.roster import EPOCH, FIRST_EPOCH, Run
from demo.work.words import TOLD_AT

type Rest = dict[str, Any]


def so_far(held: Logged) -> Logged:
    """Without what comes after the moment of the story."""
    series = {
        name: [point for point in points if point[1] <= TOLD_AT]
        for name, points in held.series.items()
    }
    return replace(
        held,
        series=series,
        lines={
            name: [line for line in lines if line[1] <= TOLD_AT]
            for name, lines in held.lines.items()
        },
        finished=series["train/loss"][-1][1],
    )


def rest(run: Run, held: Logged) -> Rest:
    """What comes after it: values by series from `firstEpoch` on, the lines, and
    what the run logs at its very end."""
    known = sum(at <= TOLD_AT for _, at, _ in held.series["train/loss"])
    return {
        "project": run.project,
        "run": run.run_id,
        "secondsAnEpoch": EPOCH / timedelta(seconds=1),
        "secondsBeforeFirst": FIRST_EPOCH / timedelta(seconds=1),
        "firstEpoch": known,
        "series": {
            name: [value for _, _, value in points[known:]] for name, points in held.series.items()
        },
        "lines": {
            name: [[step, text] for step, _, text in lines if step >= known]
            for name, lines in held.lines.items()
        },
        "ending": {
            f"{name}_best": max(value for _, _, value in points)
            for name, points in held.series.items()
            if name in ("valid/accuracy", "valid/f1")
        },
    }


def begun_at(rest_of_run: Rest, now: datetime) -> datetime:
    """When the run must have begun for its last logged epoch to be due just now."""
    before = rest_of_run["secondsBeforeFirst"]
    return now - timedelta(
        seconds=before + (rest_of_run["firstEpoch"] - 1) * rest_of_run["secondsAnEpoch"]
    )


class Growing:
    """Adds to a store what its growing run has logged by now.

    Call `grow` every few seconds, holding nothing; calling it twice adds
    nothing twice, and a store loaded later catches up at once.
    """

    def __init__(self, store: Store, plan: Path) -> None:
        self.store = store
        self.rest: Rest = json.loads(plan.read_text(encoding="utf-8"))

    @property
    def run(self) -> Container:
        return self.store.require(f"{self.rest['project']}/{self.rest['run']}")

    def grow(self, now: datetime) -> int:
        """Adds every epoch that is due; returns how many are still to come."""
        with self.store.lock:
            run = self.run
            there = len(run.fields["train/loss"].value)
            last = self.rest["firstEpoch"] + len(self.rest["series"]["train/loss"])
            due = min(self._epoch(run, now), last)
            if due > there:
                self._add(run, there, due)
            if there < last:
                self._heard(run, now)
            if there < due == last:
                for name, value in self.rest["ending"].items():
                    run.put(name, "float", value)
        return int(last - max(due, there))

    def _began(self, run: Container) -> int:
        return int(run.atom("sys/creation_time"))

    def _time_of(self, run: Container, epoch: float) -> int:
        seconds = self.rest["secondsBeforeFirst"] + epoch * self.rest["secondsAnEpoch"]
        return self._began(run) + round(seconds * 1000)

    def _epoch(self, run: Container, now: datetime) -> int:
        """How many epochs are over at this moment."""
        passed = (milliseconds(now) - self._time_of(run, 0)) / 1000
        return int(passed // float(self.rest["secondsAnEpoch"])) + 1

    def _add(self, run: Container, there: int, due: int) -> None:
        first = self.rest["firstEpoch"]
        for name, values in self.rest["series"].items():
            points = [
                [float(epoch), self._time_of(run, epoch), values[epoch - first]]
                for epoch in range(there, due)
            ]
            run.fields[name].append(points)
        for name, lines in self.rest["lines"].items():
            said = [[step, self._time_of(run, step), text] for step, text in lines]
            run.fields[name].append([line for line in said if there <= line[0] < due])

    def _heard(self, run: Container, now: datetime) -> None:
        for path in ("sys/modification_time", "sys/ping_time"):
            run.put(path, "datetime", milliseconds(now))
        ran = (milliseconds(now) - self._began(run)) / 1000
        run.put("sys/running_time", "float", ran)
        run.put("sys/monitoring_time", "int", int(ran))
