"""What one run measured of a claim's metric: one number out of a series."""

import re
from typing import Literal

from tracking.curves import direction as usual_direction
from tracking.models import Metric

SCORES = {
    "acc", "accuracy", "ap", "auc", "auroc", "bleu", "dice", "f1", "fscore", "iou", "jaccard",
    "kappa", "map", "mcc", "ndcg", "precision", "psnr", "r2", "recall", "rouge", "score",
    "sensitivity", "specificity", "ssim",
}  # fmt: skip


def measured(metric: Metric | None, direction: str) -> tuple[float | None, float | None]:
    """The run's value and its step: the good end of its series.

    Which end that is, the metric's own name says. "Accuracy falls below 0.6" is
    about the best accuracy of a run, not about that of its untrained first
    epoch. A name that says nothing leaves it to the claim.
    """
    if metric is None:
        return None, None
    end = good_end(metric.name, direction)
    return getattr(metric, end), getattr(metric, f"{end}_step")


def good_end(name: str, direction: str) -> Literal["min", "max"]:
    if usual_direction(name) == "min":
        return "min"
    words = re.split(r"[^a-z0-9]+", name.lower())
    if any(word in SCORES for word in words):
        return "max"
    return "min" if direction == "min" else "max"
