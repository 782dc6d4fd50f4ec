"""How each claim ended, by one rule, from what the runs measured.

Confirmed when every whole run of the hypothesis meets the claim, refuted when
none does, inconclusive when the seeds disagree. A run measures the best value
of the metric over its epochs. What nobody has decided yet has no verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from demo.work.roster import Run, of_hypothesis
from demo.work.words import Hypothesis

type Verdict = Literal["confirmed", "refuted", "inconclusive"]
# Best value by run id and metric.
type Measured = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Evidence:
    """The runs that weigh, oldest first, with what each measured."""

    values: tuple[tuple[Run, float], ...]

    @property
    def best(self) -> tuple[Run, float]:
        return max(self.values, key=lambda pair: pair[1])


def evidence(hypothesis: Hypothesis, measured: Measured) -> Evidence:
    runs = of_hypothesis(hypothesis.key)
    return Evidence(tuple((run, measured[run.run_id][hypothesis.metric]) for run in runs))


def meets(hypothesis: Hypothesis, value: float) -> bool:
    """Strictly: a value on the line does not meet the claim."""
    return value < hypothesis.threshold if hypothesis.below else value > hypothesis.threshold


def verdict(hypothesis: Hypothesis, measured: Measured) -> Verdict | None:
    if not hypothesis.decided:
        return None
    met = [meets(hypothesis, value) for _, value in evidence(hypothesis, measured).values]
    if all(met):
        return "confirmed"
    return "inconclusive" if any(met) else "refuted"
