"""A small network in numpy: an optional 3x3 convolution, then dense layers.

scikit-learn's own would hide label smoothing, mix-up and the loss of each
epoch; 150 lines of numpy hide nothing and give the same bits for a seed.
"""

from dataclasses import dataclass, field

import numpy as np

from demo.work.training.settings import Loss, Model, Optimiser

Tensors = dict[str, np.ndarray]


def softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def patches(images: np.ndarray) -> np.ndarray:
    """Every 3x3 window of each image, flattened: (n, 36, 9) for 8x8."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    return np.ascontiguousarray(windows).reshape(len(images), -1, 9)


@dataclass
class Network:
    """Weights by name, as they go into the checkpoint."""

    model: Model
    tensors: Tensors = field(default_factory=dict)

    @classmethod
    def fresh(cls, model: Model, random: np.random.Generator) -> "Network":
        network = cls(model)
        wide = 64
        if model.conv_filters:
            network.tensors["conv.weight"] = _drawn(9, model.conv_filters, random)
            network.tensors["conv.bias"] = np.zeros(model.conv_filters, np.float32)
            wide = 36 * model.conv_filters
        for depth, units in enumerate((*model.hidden, 10)):
            network.tensors[f"dense{depth}.weight"] = _drawn(wide, units, random)
            network.tensors[f"dense{depth}.bias"] = np.zeros(units, np.float32)
            wide = units
        return network

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        return softmax(self._forward(images, None)[-1])

    def _forward(self, images: np.ndarray, random: np.random.Generator | None) -> list[np.ndarray]:
        """The input of each dense layer, and last the scores; drops only when `random`."""
        values = images.reshape(len(images), -1)
        if self.model.conv_filters:
            seen = patches(images) @ self.tensors["conv.weight"] + self.tensors["conv.bias"]
            values = np.maximum(seen, 0).reshape(len(images), -1)
        inputs = [values]
        for depth in range(len(self.model.hidden)):
            values = self._activated(self._dense(depth, values))
            if random is not None and self.model.dropout:
                kept = random.random(values.shape) >= self.model.dropout
                values = (values * kept / (1 - self.model.dropout)).astype(np.float32)
            inputs.append(values)
        inputs.append(self._dense(len(self.model.hidden), values))
        return inputs

    def _dense(self, depth: int, values: np.ndarray) -> np.ndarray:
        return values @ self.tensors[f"dense{depth}.weight"] + self.tensors[f"dense{depth}.bias"]

    def _activated(self, values: np.ndarray) -> np.ndarray:
        return np.tanh(values) if self.model.activation == "tanh" else np.maximum(values, 0)

    def _slope(self, activated: np.ndarray) -> np.ndarray:
        if self.model.activation == "tanh":
            return 1 - activated**2
        return (activated > 0) / (1 - self.model.dropout)

    def gradients(
        self, images: np.ndarray, targets: np.ndarray, loss: Loss, random: np.random.Generator
    ) -> Tensors:
        """How the batch's mean loss changes with each weight."""
        *inputs, scores = self._forward(images, random)
        back = score_gradient(softmax(scores), targets, loss) / len(images)
        found: Tensors = {}
        for depth in range(len(self.model.hidden), -1, -1):
            found[f"dense{depth}.weight"] = inputs[depth].T @ back
            found[f"dense{depth}.bias"] = back.sum(axis=0)
            if depth or self.model.conv_filters:
                back = back @ self.tensors[f"dense{depth}.weight"].T
                back = back * (self._slope(inputs[depth]) if depth else inputs[0] > 0)
        if self.model.conv_filters:
            back = back.reshape(-1, self.model.conv_filters)
            found["conv.weight"] = patches(images).reshape(-1, 9).T @ back
            found["conv.bias"] = back.sum(axis=0)
        return found


def _drawn(wide: int, units: int, random: np.random.Generator) -> np.ndarray:
    return random.normal(0, np.sqrt(2 / wide), (wide, units)).astype(np.float32)


def softened(labels: np.ndarray, loss: Loss) -> np.ndarray:
    hot = np.eye(10, dtype=np.float32)[labels]
    return hot * (1 - loss.label_smoothing) + loss.label_smoothing / 10


def score_gradient(guess: np.ndarray, targets: np.ndarray, loss: Loss) -> np.ndarray:
    if not loss.focal_gamma:
        return guess - targets
    gamma = loss.focal_gamma
    safe = np.clip(guess, 1e-7, 1 - 1e-7)
    slope = targets * (
        gamma * (1 - safe) ** (gamma - 1) * np.log(safe) - (1 - safe) ** gamma / safe
    )
    return (safe * (slope - (slope * safe).sum(axis=1, keepdims=True))).astype(np.float32)


def mean_loss(guess: np.ndarray, labels: np.ndarray) -> float:
    """Plain cross entropy, whatever was trained on, so that curves can be compared.

    Not clipped: a network that is sure and wrong costs infinity, and one that
    has blown up costs NaN.
    """
    return float(-np.log(guess[np.arange(len(labels)), labels]).mean())


class Steps:
    """The optimiser's memory. Names: sgd, momentum, adam."""

    def __init__(self, how: Optimiser, tensors: Tensors) -> None:
        self.how = how
        self.first = {name: np.zeros_like(value) for name, value in tensors.items()}
        self.second = {name: np.zeros_like(value) for name, value in tensors.items()}
        self.count = 0

    def rate(self, epoch: int) -> float:
        return self.how.rate / 10 ** sum(epoch >= at for at in self.how.decay)

    def take(self, tensors: Tensors, gradients: Tensors, epoch: int) -> None:
        """Move every weight once, in place."""
        self.count += 1
        rate = np.float32(self.rate(epoch))
        for name, slope in gradients.items():
            decay = np.float32(self.how.weight_decay if name.endswith("weight") else 0)
            tensors[name] -= rate * self._direction(name, slope + decay * tensors[name])

    def _direction(self, name: str, slope: np.ndarray) -> np.ndarray:
        if self.how.name == "adam":
            return self._adam(name, slope)
        self.first[name] = np.float32(self.how.momentum) * self.first[name] + slope
        if self.how.nesterov:
            return slope + np.float32(self.how.momentum) * self.first[name]
        return self.first[name]

    def _adam(self, name: str, slope: np.ndarray) -> np.ndarray:
        self.first[name] = np.float32(0.9) * self.first[name] + np.float32(0.1) * slope
        self.second[name] = np.float32(0.999) * self.second[name] + np.float32(0.001) * slope**2
        mean = self.first[name] / np.float32(1 - 0.9**self.count)
        spread = self.second[name] / np.float32(1 - 0.999**self.count)
        return mean / (np.sqrt(spread) + np.float32(1e-8))
