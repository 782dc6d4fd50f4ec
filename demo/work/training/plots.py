"""ROC curves and confusion matrix as small PNG files of a few grey and blue tones."""

import io

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from sklearn.metrics import confusion_matrix, roc_curve

from demo.work.training.fit import Fitted
from demo.work.training.frames import frame

mpl.use("Agg")


def png(figure: Figure, *, colours: int = 32) -> bytes:
    """Deterministic: no date, no version, one palette."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=80, metadata={"Software": None})
    small = Image.open(drawn).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, format="PNG", optimize=True)
    return out.getvalue()


def roc(fitted: Fitted, guesses: np.ndarray) -> bytes:
    """One against the rest on the test rows, a line a digit; the upper left corner only."""
    source = frame(fitted.settings.frame)
    labels = source.labels[source.rows("test")]
    figure = Figure(figsize=(4.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for digit in range(10):
        false, true, _ = roc_curve(labels == digit, guesses[:, digit])
        axes.plot(false, true, linewidth=1, color=mpl.colormaps["tab10"](digit), label=digit)
    axes.set(xlabel="false positive rate", ylabel="true positive rate")
    axes.set(xlim=(-0.01, 0.3), ylim=(0.7, 1.01))
    axes.set_title(f"Test, n = {len(labels)}, ROC AUC {fitted.test['roc_auc']:.4f}", fontsize=10)
    axes.legend(fontsize=7, ncols=2, loc="lower right", frameon=False)
    return png(figure, colours=64)


def confusion(fitted: Fitted, guesses: np.ndarray) -> bytes:
    """Rows are what a person wrote, columns what was read, on the test rows."""
    source = frame(fitted.settings.frame)
    labels = source.labels[source.rows("test")]
    counts = confusion_matrix(labels, guesses.argmax(axis=1), labels=range(10))
    figure = Figure(figsize=(4.0, 3.8), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(counts, cmap="Blues")
    for line, column in np.argwhere(counts > 0):
        tone = "white" if counts[line, column] > counts.max() / 2 else "black"
        axes.text(
            column, line, counts[line, column], ha="center", va="center", fontsize=7, color=tone
        )
    axes.set(xlabel="read", ylabel="written", xticks=range(10), yticks=range(10))
    axes.set_title(f"Test, n = {len(labels)}, accuracy {fitted.test['accuracy']:.4f}", fontsize=10)
    return png(figure)


def box(image: np.ndarray) -> bytes:
    """One 8x8 digit, eight times as large."""
    grey = np.clip(image * 15.9, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(255 - grey).resize((64, 64), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
