"""Reads digits from 8x8 boxes with a trained checkpoint. Needs numpy, nothing else.

    python inference.py checkpoint.safetensors boxes.csv answers.csv

boxes.csv: 64 columns a row (p0..p63), grey values 0..16, line by line of the box.
answers.csv: label, then the probability of each of the ten digits.
"""

import csv
import json
import struct
import sys
from pathlib import Path

import numpy as np


def load(path: str) -> tuple[dict, dict]:
    """The tensors of a safetensors file by name, and the settings kept in it."""
    content = Path(path).read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    head = json.loads(content[8 : 8 + size])
    settings = json.loads(head.pop("__metadata__")["settings"])
    body = memoryview(content)[8 + size :]
    return {name: tensor(body, told) for name, told in head.items()}, settings


def tensor(body: memoryview, told: dict) -> np.ndarray:
    if told["dtype"] != "F32":
        raise ValueError(f"dtype {told['dtype']}: this script reads F32 only")
    start, end = told["data_offsets"]
    return np.frombuffer(body[start:end], "<f4").reshape(told["shape"])


def predict(tensors: dict, settings: dict, boxes: np.ndarray) -> np.ndarray:
    """Probabilities (n, 10) for boxes (n, 8, 8) in 0..16."""
    images = boxes.astype(np.float32) / np.float32(settings["pixels_divided_by"])
    values = images.reshape(len(images), -1)
    if "conv.weight" in tensors:
        values = convolved(tensors, images)
    layers = sum(name.endswith("weight") and name.startswith("dense") for name in tensors)
    for depth in range(layers):
        values = values @ tensors[f"dense{depth}.weight"] + tensors[f"dense{depth}.bias"]
        if depth < layers - 1:
            values = np.maximum(values, 0)
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def convolved(tensors: dict, images: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    patches = np.ascontiguousarray(windows).reshape(len(images), -1, 9)
    seen = patches @ tensors["conv.weight"] + tensors["conv.bias"]
    return np.maximum(seen, 0).reshape(len(images), -1)


def read_boxes(path: str) -> np.ndarray:
    with Path(path).open(newline="") as file:
        rows = list(csv.DictReader(file))
    wide = [[float(row[f"p{at}"]) for at in range(64)] for row in rows]
    return np.array(wide, np.float32).reshape(-1, 8, 8)


def write_answers(path: str, guess: np.ndarray) -> None:
    with Path(path).open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", *(f"digit_{digit}" for digit in range(10))])
        for row in guess:
            writer.writerow([int(row.argmax()), *(f"{share:.6f}" for share in row)])


def main() -> None:
    checkpoint, boxes, answers = sys.argv[1:4]
    tensors, settings = load(checkpoint)
    write_answers(answers, predict(tensors, settings, read_boxes(boxes)))


if __name__ == "__main__":
    main()
