"""What is known of the files: checkpoint, code, frame, lock, plots, probe."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handoff.facts import frame, lock, weights
from handoff.facts.fact import Fact, missing
from handoff.facts.files import File
from handoff.facts.gathered import Gathered
from handoff.facts.readings import Reading, reading, trouble_of
from sources.connectors.base import Json

INFERENCE = ("model", "inference", "Inference code", "inference-code")
AUGMENTATION = ("model", "augmentation", "Augmentation code", "augmentation-code")
TRAINING = ("code", "sources", "Training code", "training-code")
ROC = ("plots", "roc", "ROC curve", "plot:roc")
CONFUSION = ("plots", "confusion_matrix", "Confusion matrix", "plot:confusion-matrix")
PROBE_INPUT = ("probe", "input", "Probe input", "probe-input")
PROBE_EXPECTED = ("probe", "expected", "Probe's expected output", "probe-expected")


@dataclass(frozen=True, slots=True)
class Held:
    """The gathered rows with the files chosen of them. `fresh`: read the bytes again."""

    known: Gathered
    files: Sequence[File]
    fresh: bool

    def of(self, role: str) -> list[File]:
        return [one for one in self.files if one.role == role]

    def why_not(self, role: str) -> str:
        """Why there is no such file: what the tracker said of one that is named, or
        that none is."""
        named = [one for one in self.known.artifacts_of(role) if one.missing]
        if named:
            return f"{named[0].path}: {named[0].missing}"
        return self.known.gap(role, role.partition("-")[0]) or "the run holds none"


def facts(held: Held) -> Iterator[Fact]:
    yield _files(held, *TRAINING)
    yield _frame(held)
    yield _classes(held)
    yield _lock(held)
    yield _checkpoint(held)
    yield _files(held, *INFERENCE)
    yield _files(held, *AUGMENTATION)
    yield _files(held, *ROC)
    yield _files(held, *CONFUSION)
    yield _files(held, *PROBE_INPUT)
    yield _files(held, *PROBE_EXPECTED)
    yield _tolerance(held.known)


def _files(held: Held, section: str, name: str, title: str, role: str) -> Fact:
    found = held.of(role)
    if not found:
        return missing(section, name, title, held.why_not(role))
    value: list[Json] = [one.path for one in found]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    troubles = ((one.path, trouble_of(one.blob)) for one in found)
    concern = next((f"{path}: {trouble}" for path, trouble in troubles if trouble), "")
    return Fact(section, name, title, "verified", value, f"{found[0].path}{more}", concern)


# ── the checkpoint ───────────────────────────────────────────────────────────


def _checkpoint(held: Held) -> Fact:
    found = held.of("checkpoint")
    if not found:
        return missing("model", "checkpoint", "Checkpoint", held.why_not("checkpoint"))
    file = found[0]
    told = reading("weights", file.blob, weights.read, fresh=held.fresh)
    kind = told.get("format") or weights.CODE.get(file.blob.media_type) or file.blob.media_type
    inert = bool(told.get("inert"))
    value: dict[str, Json] = {
        "path": file.path,
        "sha256": file.blob.sha256,
        "content_digest": file.blob.content_digest or None,
        "size": file.blob.size,
        "format": kind,
        "runs_code_when_loaded": not inert,
        "tensors": told.get("tensors"),
        "numbers": told.get("numbers"),
    }
    concern = told.get("trouble") or ("" if inert else "it may run code when it is loaded")
    counted = f", {told['numbers']:,} numbers" if told.get("numbers") else ""
    note = f"{file.path}, {kind}{counted}"
    return Fact("model", "checkpoint", "Checkpoint", "verified", value, note, concern)


# ── the dataset's frame ──────────────────────────────────────────────────────


def _frames(held: Held) -> list[tuple[File, Reading]]:
    return [
        (one, reading("frame", one.blob, frame.read, fresh=held.fresh))
        for one in held.of("dataset-frame")
    ]


def _frame(held: Held) -> Fact:
    title = "Dataset's frame"
    found = _frames(held)
    if not found:
        return missing("dataset", "frame", title, held.why_not("dataset-frame"))
    value: list[Json] = [{"path": file.path, **told} for file, told in found]
    rows = sum(told.get("rows", 0) for _, told in found)
    note = f"{rows:,} rows in {', '.join(file.path for file, _ in found)}"
    concern = next((told["trouble"] for _, told in found if told.get("trouble")), "")
    if not concern and any(not told["whole"] for _, told in found):
        concern = f"only its first {frame.MOST_BYTES:,} characters were counted"
    return Fact("dataset", "frame", title, "verified", value, note, concern)


def _classes(held: Held) -> Fact:
    """How many rows of each class, added over the frames."""
    title, counts = "Rows of each class", dict[str, int]()
    for _, told in _frames(held):
        for label, count in (told.get("classes") or {}).get("counts", {}).items():
            counts[label] = counts.get(label, 0) + count
    if not counts:
        return missing("dataset", "classes", title, "no column of a frame is called label or class")
    few, many = min(counts.values()), max(counts.values())
    note = f"{len(counts)} classes, {few:,} to {many:,} rows each"
    return Fact("dataset", "classes", title, "verified", dict(counts), note)


# ── environment, probe ───────────────────────────────────────────────────────


def _lock(held: Held) -> Fact:
    title, found = "Environment lock", held.of("environment-lock")
    if not found:
        return missing("environment", "lock", title, held.why_not("environment-lock"))
    file = found[0]
    told = reading("lock", file.blob, lock.read, fresh=held.fresh)
    value: dict[str, Json] = {"path": file.path, **told}
    count = told.get("packages", 0)
    concern = told.get("trouble") or _loose(told)
    note = f"{file.path}, {count} packages"
    return Fact("environment", "lock", title, "verified", value, note, concern)


def _loose(told: Reading) -> str:
    if told["pinned"] < told["packages"]:
        return f"{told['packages'] - told['pinned']} packages are not pinned"
    if told["hashed"] < told["packages"]:
        return f"{told['packages'] - told['hashed']} packages have no hash"
    return ""


def _tolerance(known: Gathered) -> Fact:
    """How far an answer to the probe may be off: what the run logged beside it."""
    title = "Probe's tolerance"
    for name in ("probe/tolerance_abs", "probe/tolerance"):
        found = next((one.last for one in known.metrics if one.name == name), None)
        if found is not None:
            return Fact("probe", "tolerance", title, "imported", {"abs": found}, f"± {found:g}")
    return missing("probe", "tolerance", title, "the run did not log one")
