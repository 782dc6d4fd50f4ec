"""Hypotheses: what they claim, what their runs measured, what people decided."""

from sprints.hypotheses.baselines import best_run
from sprints.hypotheses.deciding import Refused, as_seen, decide, judge, state
from sprints.hypotheses.evidence import Evidence, Tested, counted, evidence
from sprints.hypotheses.measuring import good_end, measured
from sprints.hypotheses.reading import (
    Claim,
    Figures,
    Line,
    claim_of,
    figures_of,
    of_run,
    read,
)
from sprints.hypotheses.verdicts import is_within, seen, without_sources

__all__ = [
    "Claim",
    "Evidence",
    "Figures",
    "Line",
    "Refused",
    "Tested",
    "as_seen",
    "best_run",
    "claim_of",
    "counted",
    "decide",
    "evidence",
    "figures_of",
    "good_end",
    "is_within",
    "judge",
    "measured",
    "of_run",
    "read",
    "seen",
    "state",
    "without_sources",
]
