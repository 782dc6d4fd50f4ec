"""Which files of a run a record takes, and where they lie in its bundle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handoff.facts.gathered import Gathered
from handoff.naming import distinct, safe_path
from sources.connectors.base import Json
from tracking.models import Artifact, Blob

# Code keeps the tree it was in, whatever each file is for: it imports its neighbours.
CODE = ("source_code/files/", "source_code/", "code/")
# Role (a trailing colon: all such) -> folder, and what its source path may begin with.
FOLDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("checkpoint", "model", ("model/", "checkpoints/", "checkpoint/")),
    ("inference-code", "code", CODE),
    ("augmentation-code", "code", CODE),
    ("preprocessing-code", "code", CODE),
    ("training-code", "code", CODE),
    ("source-diff", "code", CODE),
    ("documentation", "code", CODE),
    ("dataset-frame", "data", ("dataset/", "data/")),
    ("environment-lock", "env", ("environment/", "env/")),
    ("environment", "env", ("environment/", "env/")),
    ("plot:", "plots", ("plots/",)),
    ("probe-input", "probe", ("probe/",)),
    ("probe-expected", "probe", ("probe/",)),
    ("notebook", "notebooks", ("notebooks/", "notebook/")),
)
MORE = "more"
# Kinds that are recognised by their first bytes and are made to hold weights. A rule may
# call other bytes a checkpoint, too: these go before them.
WEIGHTS = frozenset(
    f"application/x-{kind}"
    for kind in (
        *("safetensors", "onnx", "gguf", "pytorch", "keras"),
        *("hdf5", "npz", "joblib", "pickle"),
    )
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the bundle: `path` there, `source_path` in the tracker."""

    path: str
    role: str
    source_path: str
    blob: Blob

    def as_json(self) -> dict[str, Json]:
        return {
            "path": self.path,
            "role": self.role,
            "source_path": self.source_path,
            "media_type": self.blob.media_type,
            "size": self.blob.size,
            "sha256": self.blob.sha256,
        }


def files(known: Gathered) -> list[File]:
    """In the order of the table above, then by source path: names stay the same."""
    taken: set[str] = set()
    return [
        File(distinct(f"{folder}/{place}", taken), one.role, one.path, one.blob)
        for folder, place, one in _chosen(known)
        if one.blob is not None
    ]


def _chosen(known: Gathered) -> Iterator[tuple[str, str, Artifact]]:
    seen = set()
    best = checkpoint(known)
    for role, folder, starts in FOLDERS:
        held = [best] if role == "checkpoint" and best else known.artifacts_of(role)
        for one in held:
            seen.add(one.pk)
            yield folder, _place(one, starts), one
    more = set(wanted_more(known))
    for one in known.artifacts:
        if one.path in more and one.pk not in seen:
            yield MORE, _place(one, ()), one


def wanted_more(known: Gathered) -> Sequence[str]:
    said = known.stated.get("files")
    return list(said["value"]) if said else []


def optional(known: Gathered) -> list[Artifact]:
    """Files that a record does not take by itself, and may take."""
    taken = {role for role, _, _ in FOLDERS} - {"checkpoint"}
    best = checkpoint(known)
    return [
        one
        for one in known.artifacts
        if one.blob_id
        and one != best
        and one.role not in taken
        and not one.role.startswith("plot:")
    ]


def checkpoint(known: Gathered) -> Artifact | None:
    """The one a person chose; else the only one of a kind that is known to hold weights,
    one called best, or the latest step."""
    held = [one for one in known.artifacts_of("checkpoint") if one.blob_id]
    said = known.stated.get("checkpoint")
    chosen = [one for one in held if said and one.path == said["value"]]
    if chosen or not held:
        return chosen[0] if chosen else None
    return max(held, key=_promise)


def _promise(one: Artifact) -> tuple[bool, bool, float, str]:
    recognised = one.blob is not None and one.blob.media_type in WEIGHTS
    return recognised, "best" in one.path.lower(), one.step or 0.0, one.path


def no_checkpoint(known: Gathered) -> str:
    """Why nothing can be sealed, in words; empty when there is a checkpoint."""
    if checkpoint(known):
        return ""
    why = "A record hands over a checkpoint, and "
    if named := known.artifacts_of("checkpoint"):
        return f"{why}the bytes of {named[0].path} are not here: {named[0].missing}."
    if not any(one.blob_id for one in known.artifacts):
        return f"{why}no file of this run is here."
    return (
        f"{why}the rules for roles call none of this run's files one."
        " An administrator edits them, under Administration, Role rules."
    )


def _place(artifact: Artifact, starts: tuple[str, ...]) -> str:
    """Its path without what the folder says again, under its original name."""
    folder, _, last = artifact.path.rpartition("/")
    name = (artifact.name or last).replace("\\", "/").rpartition("/")[2]
    step = "" if artifact.step is None else f"{artifact.step:g}/"
    path = f"{folder}/{step}{name}" if folder else f"{step}{name}"
    for start in starts:
        if path.startswith(start):
            path = path[len(start) :]
            break
    return safe_path(path)
