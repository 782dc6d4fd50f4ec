"""One training from settings to curves, best weights and test figures."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from demo.work.training.augment import augmented
from demo.work.training.frames import Frame, frame
from demo.work.training.network import Network, Steps, Tensors, mean_loss, softened
from demo.work.training.settings import Settings

CURVES = tuple(
    f"{split}/{name}" for split in ("train", "valid") for name in ("loss", "accuracy", "f1")
)


@dataclass(frozen=True)
class Fitted:
    """What one training gave. `best` is None when no epoch had a finite loss."""

    settings: Settings
    curves: dict[str, list[float]]
    best_epoch: int
    best: Tensors | None
    test: dict[str, float]
    guesses: np.ndarray | None

    @property
    def diverged(self) -> bool:
        return bool(np.isnan(self.curves["train/loss"][-1]))


def pixels(images: np.ndarray, *, scaled: bool) -> np.ndarray:
    return images / np.float32(16) if scaled else images


def figures(network: Network, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    guess = network.probabilities(images)
    picked = guess.argmax(axis=1)
    return {
        "loss": mean_loss(guess, labels),
        "accuracy": float((picked == labels).mean()),
        "f1": float(f1_score(labels, picked, average="macro", zero_division=0)),
    }


def one_epoch(
    network: Network,
    steps: Steps,
    images: np.ndarray,
    labels: np.ndarray,
    how: Settings,
    random: np.random.Generator,
    epoch: int,
) -> None:
    order = random.permutation(len(images)) if how.shuffle else np.arange(len(images))
    targets = softened(labels, how.loss)
    for start in range(0, len(order), how.batch_size):
        rows = order[start : start + how.batch_size]
        batch, wanted = augmented(images[rows], targets[rows], how.augmentation, random)
        steps.take(network.tensors, network.gradients(batch, wanted, how.loss, random), epoch)


def fit(how: Settings) -> Fitted:
    """Train, keeping the weights of the epoch with the best validation accuracy.

    Stops at the first epoch whose training loss is not a number.
    """
    source = frame(how.frame)
    images = pixels(source.images, scaled=how.scale_pixels)
    train, valid = source.rows("train"), source.rows("valid")
    train = train[: how.train_rows] if how.train_rows else train
    random = np.random.default_rng(how.seed)
    network = Network.fresh(how.model, random)
    steps = Steps(how.optimiser, network.tensors)
    curves: dict[str, list[float]] = {name: [] for name in CURVES}
    best, best_epoch, mark = None, -1, (-1.0, 0.0)
    for epoch in range(how.epochs):
        with np.errstate(all="ignore"):
            one_epoch(network, steps, images[train], source.labels[train], how, random, epoch)
            seen = measure(network, images, source, {"train": train, "valid": valid}, how, curves)
        if np.isnan(curves["train/loss"][-1]):
            break
        if (seen["accuracy"], -seen["loss"]) > mark:
            mark, best_epoch = (seen["accuracy"], -seen["loss"]), epoch
            best = {name: value.copy() for name, value in network.tensors.items()}
    return tested(how, curves, best_epoch, best, images, source)


def measure(
    network: Network,
    images: np.ndarray,
    source: Frame,
    splits: dict[str, np.ndarray],
    how: Settings,
    curves: dict[str, list[float]],
) -> dict[str, float]:
    """Append this epoch to the curves; the validation figures."""
    for split, rows in splits.items():
        found = figures(network, images[rows], source.labels[rows])
        for name, value in found.items():
            curves[f"{split}/{name}"].append(value)
    if how.boxes:
        right = network.probabilities(images[rows]).argmax(axis=1) == source.labels[rows]
        curves.setdefault("valid/amount_accuracy", []).append(whole(right, how.boxes))
    return found


def whole(right: np.ndarray, boxes: int) -> float:
    """The share of groups of `boxes` neighbours that are right in every box."""
    groups = len(right) // boxes
    return float(right[: groups * boxes].reshape(groups, boxes).all(axis=1).mean())


def tested(
    how: Settings,
    curves: dict[str, list[float]],
    best_epoch: int,
    best: Tensors | None,
    images: np.ndarray,
    source: Frame,
) -> Fitted:
    if best is None:
        return Fitted(how, curves, best_epoch, None, {}, None)
    rows = source.rows("test")
    network = Network(replace(how.model), best)
    guesses = network.probabilities(images[rows])
    found = figures(network, images[rows], source.labels[rows])
    found["roc_auc"] = float(roc_auc_score(source.labels[rows], guesses, multi_class="ovr"))
    return Fitted(how, curves, best_epoch, best, found, guesses)
