"""From a run of the plan to everything it logged."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from demo.work.logged import Atom, File, Line, Logged
from demo.work.roster import EPOCH, Run
from demo.work.training import checkpoint, notebooks, plots, sources
from demo.work.training.fit import Fitted, fit
from demo.work.training.frames import SPLITS, frame
from demo.work.training.settings import Settings

LOCK = Path(__file__).parents[3] / "lock" / "sample.txt"
LOCKED = ("joblib", "narwhals", "numpy", "safetensors", "scikit-learn", "scipy", "threadpoolctl")
LOCKS_SINCE, SERVES_SINCE = 46, 48
MISREAD_SHOWN = 6


def logged(run: Run) -> Logged:
    """Trains when the run trains; a notebook's run only holds the notebook."""
    if run.settings is None:
        return from_notebook(run)
    return from_training(run, fit(run.settings))


def from_notebook(run: Run) -> Logged:
    name, _, state = run.trial.notebook.partition(":")
    content, figures = notebooks.saved(name, int(state))
    made = Logged(finished=run.created + EPOCH)
    made.files[f"notebooks/{name}"] = File("ipynb", content)
    made.atoms |= {f"notebooks/{said}": value for said, value in figures.items()}
    return made


def title(run: Run) -> str:
    return f"One training: {run.name}."


def from_training(run: Run, fitted: Fitted) -> Logged:
    shown = run.trial.stop_at or len(fitted.curves["train/loss"])
    made = Logged(atoms=parameters(fitted.settings), finished=run.epoch_at(shown - 1) + EPOCH)
    made.atoms["source_code/entrypoint"] = "experiment.py"
    if run.hypothesis:
        made.atoms["sys/description"] = f"Hypothesis: {run.hypothesis.claim}"
    for name, values in fitted.curves.items():
        made.series[name] = [
            (float(epoch), run.epoch_at(epoch), value) for epoch, value in enumerate(values[:shown])
        ]
    made.lines["logs/messages"] = messages(run, fitted, shown)
    inputs(run, fitted.settings, made)
    if run.trial.ending == "finished" and fitted.best is not None:
        results(run, fitted, made)
    return made


def parameters(settings: Settings) -> dict[str, Atom]:
    """Nested by path; tuples as the client writes them, in brackets."""
    told = asdict(settings) | {"input_shape": (8, 8, 1)}
    found: dict[str, Atom] = {}
    for name, value in told.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for below, known in inner:
            path = "/".join(part for part in ("parameters", name, below) if part)
            found[path] = str(known) if isinstance(known, tuple) else known
    return found


def messages(run: Run, fitted: Fitted, shown: int) -> list[Line]:
    """Every fifth epoch and the last, as the trainer printed them."""
    curves = fitted.curves
    said = []
    for epoch in range(shown):
        last = epoch == shown - 1
        if epoch % 5 and not last:
            continue
        text = (
            f"epoch {epoch}: train loss {curves['train/loss'][epoch]:.4f}, "
            f"valid accuracy {curves['valid/accuracy'][epoch]:.4f}"
        )
        said.append((float(epoch), run.epoch_at(epoch), text))
    if fitted.diverged:
        said.append((float(shown), run.epoch_at(shown - 1), "train loss is not a number: stopping"))
    return said


def inputs(run: Run, settings: Settings, made: Logged) -> None:
    """What is known before the first epoch."""
    source = frame(settings.frame)
    content = source.csv().encode()
    made.atoms |= {"dataset/name": source.name, "dataset/version_name": source.version}
    made.atoms["dataset/rows"] = len(source.labels)
    for split in SPLITS:
        made.atoms[f"dataset/{split}_rows"] = len(source.rows(split))
    made.files["dataset/frame"] = File("csv", content)
    made.artifacts["dataset/version"] = {f"{source.name}.csv": content}
    made.files["augmentation/script"] = File(
        "py", sources.augmentation(settings.augmentation).encode()
    )
    made.file_sets["source_code/files"] = sources.uploaded(title(run), settings)
    made.committed = sources.uploaded(title(run), replace(settings, seed=1))
    if settings.seed > 1:
        changed = sources.seed_change(title(run), settings)
        made.files["source_code/diff"] = File("patch", changed.encode())
    if run.sprint.number >= LOCKS_SINCE:
        made.files["environment/requirements"] = File("txt", locked().encode())


def locked() -> str:
    """The part of the lock that a training needs, hashes and all."""
    kept, keeping = [], False
    for line in LOCK.read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            keeping = line.split("==")[0] in LOCKED
        if keeping and not line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def results(run: Run, fitted: Fitted, made: Logged) -> None:
    """What the best epoch gave, and its files."""
    best, guesses = fitted.best_epoch, fitted.guesses
    if guesses is None:
        raise ValueError(f"{run.run_id} has weights but no test answers")
    made.atoms["valid/best_epoch"] = best
    for name in fitted.curves:
        if name.startswith("valid/") and not name.endswith("loss"):
            made.atoms[f"{name}_best"] = max(fitted.curves[name])
    made.atoms |= {f"test/{name}": value for name, value in fitted.test.items()}
    weights = checkpoint.safetensors(fitted)
    made.files["model/checkpoint_best"] = File("safetensors", weights)
    made.atoms["model/weights"] = sum(value.size for value in (fitted.best or {}).values())
    made.files["plots/roc_auc"] = File("png", plots.roc(fitted, guesses))
    made.files["plots/confusion_matrix"] = File("png", plots.confusion(fitted, guesses))
    made.pictures["samples/misread"] = misread(fitted, guesses)
    if run.sprint.number >= SERVES_SINCE:
        serving(fitted, weights, made)


def misread(fitted: Fitted, guesses: np.ndarray) -> list[bytes]:
    source = frame(fitted.settings.frame)
    rows = source.rows("test")
    wrong = rows[guesses.argmax(axis=1) != source.labels[rows]][:MISREAD_SHOWN]
    return [plots.box(source.images[row]) for row in wrong]


def serving(fitted: Fitted, weights: bytes, made: Logged) -> None:
    """Inference code, and a probe with the answers it must give."""
    boxes = checkpoint.probe(fitted.settings.frame)
    told = checkpoint.answers(weights, boxes)
    if not checkpoint.agrees(fitted, told):
        raise ValueError("the inference script does not read the probe as the training did")
    script = checkpoint.SCRIPT.read_bytes()
    read_me = checkpoint.SCRIPT.with_name("README.md").read_bytes()
    made.files["inference/code"] = File("py", script)
    made.file_sets["inference/files"] = {"inference.py": script, "README.md": read_me}
    made.files["probe/input"] = File("csv", boxes)
    made.files["probe/expected"] = File("csv", told)
    made.atoms["probe/rows"] = checkpoint.PROBE_ROWS
    made.atoms["probe/tolerance_abs"] = 1e-6
    made.atoms["model/sha256"] = hashlib.sha256(weights).hexdigest()
