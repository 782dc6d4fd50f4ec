"""Metrics with the split that each is of, and which of them decides."""

import re
from collections.abc import Iterator
from typing import Any

from handoff.facts.fact import Fact, missing
from handoff.facts.gathered import Gathered
from sources.connectors.base import Json
from sprints import hypotheses
from tracking.curves import SPLITS, named
from tracking.models import Metric

DECIDING = "decision_metric"
APART = re.compile(r"([/_])")


def facts(known: Gathered) -> Iterator[Fact]:
    rows = [_row(one) for one in known.metrics]
    yield _metrics(known, rows)
    yield _splits(rows)
    yield _decision(known)


def measure(name: str) -> str:
    """The name without its split, else as it was logged: roc_auc of test/roc_auc."""
    words = APART.split(name)
    for at in range(0, len(words), 2):
        if words[at].lower() in SPLITS and len(words) > 1:
            beside = at + 1 if at + 1 < len(words) else at - 1
            return "".join(word for place, word in enumerate(words) if place not in {at, beside})
    return name


def _row(metric: Metric) -> dict[str, Json]:
    row: dict[str, Json] = {
        "name": metric.name,
        "measure": measure(metric.name),
        "split": named(metric.name).split or None,
        "last": metric.last,
        "points": metric.points,
    }
    if metric.points:
        row |= {
            "last_step": metric.last_step,
            "min": metric.min,
            "min_step": metric.min_step,
            "max": metric.max,
            "max_step": metric.max_step,
        }
    return row


def _metrics(known: Gathered, rows: list[dict[str, Json]]) -> Fact:
    if not rows:
        why = known.gap("metric", "series") or "the run logged none"
        return missing("metrics", "metrics", "Metrics", why)
    return Fact("metrics", "metrics", "Metrics", "imported", rows, f"{len(rows)} logged")


def _splits(rows: list[dict[str, Json]]) -> Fact:
    """Each number should say of which split it is; some (a latency) have none."""
    title = "Metrics name their split"
    held = sorted({str(row["split"]) for row in rows if row["split"]})
    if not held:
        return missing("metrics", "splits", title, "no metric's name says train, valid or test")
    without = sum(1 for row in rows if not row["split"])
    note = ", ".join(held) + (f"; {without} without" if without else "")
    concern = "" if "test" in held else "nothing was measured on a test split"
    return Fact("metrics", "splits", title, "imported", held, note, concern)


def _decision(known: Gathered) -> Fact:
    """A person's choice; else the hypothesis's metric."""
    title = "Decision metric"
    if said := known.stated.get(DECIDING):
        chosen: dict[str, Any] = dict(said["value"])
        who = {"by": said["by"], "at": said["at"]}
        return _decided(known, "stated", chosen, who)
    claim = known.line.claim if known.line else None
    if claim is None or not claim.metric:
        return missing("metrics", DECIDING, title, "nobody said which number decides")
    chosen = {
        "name": claim.metric,
        "direction": claim.direction,
        "threshold": claim.threshold,
    }
    grade = "stated" if claim.grade == "stated" else "imported"
    return _decided(known, grade, chosen, {"from": "hypothesis"})


def _decided(known: Gathered, grade: str, chosen: dict[str, Any], who: dict[str, Any]) -> Fact:
    name, threshold, direction = chosen["name"], chosen.get("threshold"), chosen["direction"]
    held = next((one for one in known.metrics if one.name == name), None)
    reached, _ = hypotheses.measured(held, direction)
    met = _met(reached, threshold, direction)
    value: dict[str, Json] = {
        **chosen,
        **who,
        "split": named(name).split or None,
        "reached": reached,
        "met": met,
    }
    sign = "≥" if direction == "max" else "≤"
    note = name + ("" if threshold is None else f" {sign} {threshold:g}")
    note += "" if reached is None else f", reached {reached:.4g}"
    return Fact(
        "metrics",
        DECIDING,
        "Decision metric",
        "stated" if grade == "stated" else "imported",
        value,
        note,
        _concern(name, reached, met=met),
    )


def _met(reached: float | None, threshold: float | None, direction: str) -> bool | None:
    if reached is None or threshold is None:
        return None
    return reached >= threshold if direction == "max" else reached <= threshold


def _concern(name: str, reached: float | None, *, met: bool | None) -> str:
    if reached is None:
        return f"the run has no metric {name}"
    return "the threshold is not reached" if met is False else ""
