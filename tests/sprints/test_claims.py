"""The lines of a hypothesis's text, as people really write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprints.claims import Claimed, claimed

WHOLE = """Seen in the review.

Claim: Focal loss lifts F1 (on rare classes)
Metric: valid/f1
Threshold: above 0.93
Baseline: DOC-2690, the last one
"""


def test_each_line_is_read_whole() -> None:
    assert claimed(WHOLE) == Claimed(
        "Focal loss lifts F1 (on rare classes)", "valid/f1", "max", 0.93, "DOC-2690"
    )


@pytest.mark.parametrize(
    ("line", "way", "threshold"),
    [
        ("above 0.93", "max", 0.93),
        (">= 0.93", "max", 0.93),
        ("≥0.93", "max", 0.93),
        ("at least .93", "max", 0.93),
        ("0,93", "max", 0.93),
        ("0,931", "max", 0.931),
        ("93 %", "max", 0.93),
        ("below 0.2", "min", 0.2),
        ("<= 1e-3", "min", 0.001),
        ("at most 20 ms", "min", 20),
        ("lower than -0.5", "min", -0.5),
        ("fewer than 12", "min", 12),
        ("no less than 0.9", "max", 0.9),
        ("not below 0.9", "max", 0.9),
        ("must not fall below 0.9", "max", 0.9),
        ("not in Sprint", "max", None),
        ("above 1,234", "max", None),
        ("above 1.234.567", "max", None),
        ("a bit more", "max", None),
        ("unless 0.3", "max", 0.3),
        ("above 1e999", "max", None),
        ("below -1e999 %", "min", None),
        ("above " + "9" * 400, "max", None),
    ],
)
def test_a_threshold_says_its_number_and_its_way(
    line: str, way: str, threshold: float | None
) -> None:
    found = claimed(f"Threshold: {line}")
    assert (found.direction, found.threshold) == (way, threshold)


@pytest.mark.parametrize(
    "line",
    ["- Metric: valid/f1", "* *Metric*: valid/f1", "| Metric: valid/f1 |", "**Metric:** `valid/f1`",
     "METRIC = valid/f1", "  metric:valid/f1  "],
)  # fmt: skip
def test_marks_round_a_line_do_not_matter(line: str) -> None:
    assert claimed(line).metric == "valid/f1"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("doc-12", "DOC-12"),
        ("(see DOC-12).", "DOC-12"),
        ("the run FRM-7", "FRM-7"),
        ("clumsy-fox-12", "clumsy-fox-12"),
        ("9f8e7d6c5b4a", "9f8e7d6c5b4a"),
    ],
)
def test_a_baseline_is_a_key_or_a_runs_own_name(line: str, found: str) -> None:
    assert claimed(f"Baseline: {line}").baseline == found


def test_prose_with_the_words_states_nothing() -> None:
    assert claimed("We claim that the metric is fine\nA metrics: file exists") == Claimed()


def test_the_last_line_of_a_kind_counts() -> None:
    assert claimed("Metric: a\nMetric: b").metric == "b"


@given(st.text(max_size=300))
def test_any_text_is_read_without_complaint(text: str) -> None:
    found = claimed(f"Threshold: {text}\nBaseline: {text}")
    assert found.direction in {"max", "min"}


def test_a_hostile_line_costs_no_more_than_its_length() -> None:
    assert claimed("Threshold: " + "1," * 50_000).threshold is None
    assert claimed("*" * 200_000 + "claim") == Claimed()
