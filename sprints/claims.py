"""What a hypothesis's text states in lines of its own. Pure.

    Claim: Focal loss lifts F1 on rare classes
    Metric: valid/f1
    Threshold: above 0.93        (or >= 0.93, at least 0.93, below 0.2, <= 0.2)
    Baseline: DOC-2690

A team that writes such lines in Jira types nothing twice; what a person
enters here counts over them.
"""

import re
from dataclasses import dataclass

LINE = re.compile(
    r"^\W*(?P<word>claim|metric|threshold|baseline)\s*[:=]\s*(?P<rest>.+?)\W*$", re.IGNORECASE
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", re.IGNORECASE)
DOWNWARD = re.compile(r"<|≤|below|under|at most|less|lower", re.IGNORECASE)
KEY = re.compile(r"\b[A-Za-z][A-Za-z0-9_]+-\d+\b")


@dataclass(frozen=True, slots=True)
class Claimed:
    """`baseline` is a task's key or a run's handle, as written."""

    claim: str = ""
    metric: str = ""
    direction: str = "max"
    threshold: float | None = None
    baseline: str = ""

    def as_json(self) -> dict[str, str | float | None]:
        return {
            "claim": self.claim,
            "metric": self.metric,
            "direction": self.direction,
            "threshold": self.threshold,
            "baseline": self.baseline,
        }


def claimed(text: str) -> Claimed:
    """The last line of each kind counts."""
    lines = {
        found["word"].lower(): found["rest"].strip()
        for line in text.splitlines()
        if (found := LINE.match(line))
    }
    threshold = lines.get("threshold", "")
    number = NUMBER.search(threshold)
    key = KEY.search(lines.get("baseline", ""))
    return Claimed(
        claim=lines.get("claim", ""),
        metric=lines.get("metric", ""),
        direction="min" if DOWNWARD.search(threshold) else "max",
        threshold=float(number[0]) if number else None,
        baseline=key[0].upper() if key else "",
    )
