"""Changes made to training images. Pure numpy; the seed decides everything."""

import numpy as np

from demo.work.training.settings import Augmentation


def shift(images: np.ndarray, pixels: int, random: np.random.Generator) -> np.ndarray:
    """Each image moved by up to `pixels` each way; what leaves is lost."""
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    down, right = random.integers(0, 2 * pixels + 1, size=(2, len(images)))
    lines = np.arange(images.shape[1])
    at = np.arange(len(images))[:, None, None]
    return padded[at, (down[:, None] + lines)[:, :, None], (right[:, None] + lines)[:, None, :]]


def rotate(images: np.ndarray, degrees: float, random: np.random.Generator) -> np.ndarray:
    """Each image turned by up to `degrees` either way, bilinear, about its centre."""
    size = images.shape[1]
    angle = np.deg2rad(random.uniform(-degrees, degrees, len(images))).astype(np.float32)
    offset = np.arange(size, dtype=np.float32) - (size - 1) / 2
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    line = cos * offset[:, None] - sin * offset[None, :] + (size - 1) / 2
    column = sin * offset[:, None] + cos * offset[None, :] + (size - 1) / 2
    return _sample(images, line, column)


def _sample(images: np.ndarray, line: np.ndarray, column: np.ndarray) -> np.ndarray:
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    last = images.shape[1]
    line, column = np.clip(line + 1, 0, last), np.clip(column + 1, 0, last)
    top, left = np.floor(line).astype(int), np.floor(column).astype(int)
    below, beside = line - top, column - left
    at = np.arange(len(images))[:, None, None]
    upper = padded[at, top, left] * (1 - beside) + padded[at, top, left + 1] * beside
    lower = padded[at, top + 1, left] * (1 - beside) + padded[at, top + 1, left + 1] * beside
    return (upper * (1 - below) + lower * below).astype(np.float32)


def mixup(
    images: np.ndarray, targets: np.ndarray, alpha: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Each image blended with another of the batch, its label likewise."""
    share = random.beta(alpha, alpha, len(images)).astype(np.float32)
    other = random.permutation(len(images))
    wide = share[:, None, None]
    mixed = images * wide + images[other] * (1 - wide)
    return mixed, targets * share[:, None] + targets[other] * (1 - share[:, None])


def augmented(
    images: np.ndarray, targets: np.ndarray, how: Augmentation, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The batch as the network sees it: rotated, shifted, noisy, mixed, in this order."""
    if how.rotate_degrees:
        images = rotate(images, how.rotate_degrees, random)
    if how.shift_pixels:
        images = shift(images, how.shift_pixels, random)
    if how.noise:
        images = images + random.normal(0, how.noise, images.shape).astype(np.float32)
    if how.mixup_alpha:
        return mixup(images, targets, how.mixup_alpha, random)
    return images, targets
