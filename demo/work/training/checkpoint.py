"""Best weights as safetensors, and a probe with the answers they give."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from demo.work.training.fit import Fitted
from demo.work.training.frames import frame

SCRIPT = Path(__file__).parent.parent / "attached" / "inference.py"
PROBE_ROWS = 16


def safetensors(fitted: Fitted) -> bytes:
    """One metadata key only: the writer keeps no order among several."""
    if fitted.best is None:
        raise ValueError("no epoch had a finite loss, so there is no checkpoint")
    how = fitted.settings
    told = {
        "activation": how.model.activation,
        "best_epoch": fitted.best_epoch,
        "frame": how.frame,
        "pixels_divided_by": 16 if how.scale_pixels else 1,
        "seed": how.seed,
    }
    return bytes(save(fitted.best, metadata={"settings": json.dumps(told, sort_keys=True)}))


def probe(frame_name: str) -> bytes:
    """The first test rows of the frame as the service would send them."""
    source = frame(frame_name)
    rows = source.rows("test")[:PROBE_ROWS]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(f"p{at}" for at in range(64))
    writer.writerows(source.images[rows].reshape(-1, 64).astype(int).tolist())
    return text.getvalue().encode()


def answers(checkpoint: bytes, boxes: bytes) -> bytes:
    """What the attached inference script answers, by running it."""
    with tempfile.TemporaryDirectory() as folder:
        weights, asked, told = (Path(folder) / name for name in ("w", "boxes.csv", "answers.csv"))
        weights.write_bytes(checkpoint)
        asked.write_bytes(boxes)
        command = [sys.executable, str(SCRIPT), str(weights), str(asked), str(told)]
        subprocess.run(command, check=True, timeout=60)
        return told.read_bytes()


def agrees(fitted: Fitted, told: bytes) -> bool:
    """Whether the script read the probe as the training did."""
    if fitted.guesses is None:
        return False
    rows = list(csv.reader(io.StringIO(told.decode())))[1:]
    seen = np.array([[float(share) for share in row[1:]] for row in rows])
    return bool(np.abs(seen - fitted.guesses[: len(seen)]).max() < 1e-5)
