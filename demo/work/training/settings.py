"""What a run may be told: every value here is logged as a parameter."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Model:
    """The shape of the network: an optional 3x3 convolution, then dense layers."""

    hidden: tuple[int, ...] = (64,)
    conv_filters: int = 0
    activation: str = "relu"
    dropout: float = 0.0


@dataclass(frozen=True)
class Optimiser:
    """How weights move. `decay` divides the rate by ten at each named epoch."""

    name: str = "sgd"
    rate: float = 0.05
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    decay: tuple[int, ...] = ()


@dataclass(frozen=True)
class Loss:
    """Cross entropy on softened labels; `focal_gamma` above 0 makes it focal."""

    name: str = "cross_entropy"
    label_smoothing: float = 0.0
    focal_gamma: float = 0.0


@dataclass(frozen=True)
class Augmentation:
    """What is done to training images only, anew in each epoch."""

    use: bool = False
    shift_pixels: int = 0
    rotate_degrees: float = 0.0
    noise: float = 0.0
    mixup_alpha: float = 0.0


@dataclass(frozen=True)
class Settings:
    """One training, whole. The same settings give the same run.

    `train_rows` above 0 takes only the first rows; `boxes` above 0 also counts
    how many groups of so many neighbouring rows are read without a mistake.
    """

    frame: str = "forms-1"
    scale_pixels: bool = True
    model: Model = field(default_factory=Model)
    optimiser: Optimiser = field(default_factory=Optimiser)
    loss: Loss = field(default_factory=Loss)
    augmentation: Augmentation = field(default_factory=Augmentation)
    epochs: int = 40
    batch_size: int = 32
    seed: int = 1
    train_rows: int = 0
    boxes: int = 0
    shuffle: bool = True
