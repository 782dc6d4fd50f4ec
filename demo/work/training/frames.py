"""The data frames (path, label, split) over scikit-learn's bundled digits.

1,797 hand-filled digits of 8x8 pixels. The bundle keeps the order in which the
forms were collected, so neighbouring rows come from the same hands. The frame
`forms-1` shuffles before it splits; `forms-2` keeps blocks of 150 rows whole,
so that no block has rows in two splits; `forms-3` also moves each validation and
test image by up to a pixel, as the service's own cropper does.
"""

import csv
import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.datasets import load_digits

SPLITS = ("train", "valid", "test")
BLOCK = 150
# Every fourth block for validation and the one after it for test: both ends
# of the collection are then in both.
BLOCK_SPLITS = (0, 0, 1, 0, 2, 0, 0, 1, 0, 2, 0, 0)


@dataclass(frozen=True)
class Frame:
    """Images in 0..16, labels, each row's split (0, 1, 2) and how far it was moved."""

    name: str
    version: str
    images: np.ndarray
    labels: np.ndarray
    split: np.ndarray
    moved: np.ndarray

    def rows(self, split: str) -> np.ndarray:
        return np.flatnonzero(self.split == SPLITS.index(split))

    def csv(self, splits: tuple[str, ...] = SPLITS) -> str:
        """`path,label,split` (and `down,right` when moved), in the order of the bundle."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        moves = ("down", "right") if self.moved.any() else ()
        writer.writerow(("path", "label", "split", *moves))
        for row in np.flatnonzero(np.isin(self.split, [SPLITS.index(name) for name in splits])):
            split = SPLITS[self.split[row]]
            off = tuple(int(pixel) for pixel in self.moved[row][: len(moves)])
            writer.writerow((f"forms/{row:04d}.png", int(self.labels[row]), split, *off))
        return text.getvalue()


def _shuffled(count: int) -> np.ndarray:
    order = np.random.default_rng(44).permutation(count)
    split = np.zeros(count, dtype=np.int8)
    split[order[: count // 5]] = 1
    split[order[count // 5 : 2 * (count // 5)]] = 2
    return split


def _blocks(count: int) -> np.ndarray:
    block = np.minimum(np.arange(count) // BLOCK, len(BLOCK_SPLITS) - 1)
    return np.array(BLOCK_SPLITS, dtype=np.int8)[block]


def _unmoved(split: np.ndarray) -> np.ndarray:
    return np.zeros((len(split), 2), dtype=np.int8)


def _a_pixel_off(split: np.ndarray) -> np.ndarray:
    drawn = np.random.default_rng(46).integers(-1, 2, size=(len(split), 2), dtype=np.int8)
    return np.where(split[:, None] == 0, np.int8(0), drawn)


def _move(images: np.ndarray, moved: np.ndarray) -> np.ndarray:
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    lines, at = np.arange(images.shape[1]), np.arange(len(images))[:, None, None]
    down, right = 1 - moved[:, :1] + lines, 1 - moved[:, 1:] + lines
    return padded[at, down[:, :, None], right[:, None, :]]


VERSIONS = {
    "forms-1": ("1.0.0", _shuffled, _unmoved),
    "forms-2": ("2.0.0", _blocks, _unmoved),
    "forms-3": ("3.0.0", _blocks, _a_pixel_off),
}


@cache
def frame(name: str) -> Frame:
    bundle = load_digits()
    version, divide, move = VERSIONS[name]
    split = divide(len(bundle.target))
    moved = move(split)
    images = _move(bundle.images.astype(np.float32), moved)
    return Frame(name, version, images, bundle.target.astype(np.int64), split, moved)
