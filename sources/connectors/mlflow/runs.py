"""A run of MLflow's search, as a record. Pure: one run in, one record out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import orjson

from sources.connectors.base import Attribute, Gap, Json, RunRecord
from sources.connectors.mlflow import exported
from sources.connectors.mlflow.tags import OWN, commit_of, words_of
from sources.connectors.mlflow.values import moment, number, pairs, spoken, whole

type Found = Mapping[str, Any]

# Paths that mean something else than a result to who stores them.
NO_RESULT = ("sys/", "parameters/", "params/", "hyperparameters/", "hparams/", "config/")
SHORT, MANY = 40, 50_000  # characters of a parameter, and parameters, that are remembered
AT_WORK = frozenset({"RUNNING", "SCHEDULED"})
FAILED = frozenset({"FAILED", "KILLED"})
NO_COMMIT = Gap("commit", "was not logged: no git repository where the run began")
NAMES, MOST_NAMES = 50, 1_000  # lists of names that are remembered, and names in one
FIRST, HIDDEN = "+", "-"


@dataclass(frozen=True, slots=True)
class Experiment:
    id: str
    name: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What the reader needs of a run beside its record."""

    record: RunRecord
    id: str
    running: bool
    started: int  # epoch ms
    ended: int  # epoch ms, 0 while it runs
    artifacts: str  # its folder's address
    latest: Mapping[str, Found]  # the last point of each metric, by name
    models: tuple[str, ...] = ()  # ids of logged models
    datasets: tuple[tuple[str, Found], ...] = ()  # each with its path

    @property
    def seen(self) -> str:
        return str(self.record.provenance["seen"])


def run_of(found: Found, experiment: Experiment, host: str, *, reading: str = "") -> Run:
    """`reading` changes when everything is to be read anew."""
    told = found["info"]
    kept = found.get("data") or {}
    trashed = experiment.deleted or told.get("lifecycle_stage") == "deleted"
    running = told.get("status") in AT_WORK
    params, tags = pairs(kept.get("params")), pairs(kept.get("tags"))
    latest = {one["key"]: one for one in kept.get("metrics") or ()}
    attributes = described(told, tags) | settings(params) | labels(tags)
    used = tuple(datasets(found))
    attributes |= results(latest) | inputs_of(used) | exported.words_of(params)
    provenance: dict[str, Json] = {
        "tracker": "mlflow",
        "host": host,
        "experiment": experiment.id,
        "seen": reading + fingerprint(found) + (HIDDEN if trashed else FIRST),
    }
    if twin := exported.twin(experiment.name, told.get("run_name") or "", params):
        provenance["same_as"] = twin
    record = RunRecord(
        experiment.id,
        told["run_id"],
        attributes,
        gaps=() if "source_code/git" in attributes else (NO_COMMIT,),
        provenance=provenance,
        trashed=trashed,
        project_name=experiment.name,
    )
    return Run(
        record,
        told["run_id"],
        running,
        whole(told.get("start_time")),
        0 if running else whole(told.get("end_time")),
        str(told.get("artifact_uri") or ""),
        latest,
        tuple(one["model_id"] for one in (found.get("outputs") or {}).get("model_outputs") or ()),
        used,
    )


def fingerprint(found: Found) -> str:
    """Changes with anything that the search tells of a run but its life: lists
    come in any order."""
    kept = found.get("data") or {}
    told = {name: value for name, value in found["info"].items() if name != "lifecycle_stage"}
    parts = [told, found.get("inputs"), found.get("outputs")]
    by_name = itemgetter("key")
    parts += [sorted(kept.get(part) or (), key=by_name) for part in ("metrics", "params", "tags")]
    return blake2b(_told_once(parts), digest_size=12).hexdigest()


def _told_once(parts: Sequence[object]) -> bytes:
    try:
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # halves of surrogates, numbers beyond 64 bits
        return json.dumps(parts, sort_keys=True).encode()


def same_but_for_life(one: str, other: str) -> bool:
    """The two differ at most in whether the run is deleted."""
    return one[:-1] == other[:-1]


# ── attributes ───────────────────────────────────────────────────────────────


def described(told: Found, tags: Mapping[str, str]) -> dict[str, Attribute]:
    """What every run has: sys/ as the other trackers call it, mlflow/ for the rest."""
    started, ended = moment(told.get("start_time")), moment(told.get("end_time"))
    status = str(told.get("status") or "")
    named: dict[str, tuple[str, object]] = {
        "sys/name": ("string", told.get("run_name") or tags.get("mlflow.runName")),
        "sys/owner": ("string", tags.get("mlflow.user") or told.get("user_id")),
        "sys/description": ("string", tags.get("mlflow.note.content")),
        "sys/creation_time": ("datetime", started),
        "sys/modification_time": ("datetime", ended or started),
        "sys/state": ("string", "Active" if status in AT_WORK else "Inactive"),
        "sys/failed": ("bool", status in FAILED),
        "sys/tags": ("string_set", words_of(tags)),
        "mlflow/status": ("string", status),
        "source_code/entrypoint": ("string", tags.get("mlflow.source.name")),
        "source_code/git": ("git", commit_of(tags)),
    }
    if started and ended and status not in AT_WORK:
        named["sys/running_time"] = ("float", max((ended - started).total_seconds(), 0.0))
    return {
        path: Attribute(kind, value)
        for path, (kind, value) in named.items()
        if value is not None and value != ""
    }


KNOWN_TAGS = frozenset(
    {
        "mlflow.runName",
        "mlflow.user",
        "mlflow.note.content",
        "mlflow.source.name",
        "mlflow.source.git.commit",
        "mlflow.source.git.branch",
        "mlflow.source.git.repoURL",
    }
)


def labels(tags: Mapping[str, str]) -> dict[str, Attribute]:
    """Every tag as it was written: a word of it may have been cut off."""
    shown = {}
    for name, value in tags.items():
        if name not in KNOWN_TAGS:
            path = f"mlflow/{name[len(OWN) :]}" if name.startswith(OWN) else f"tags/{name}"
            shown[path] = Attribute("string", value)
    return shown


def settings(params: Mapping[str, str]) -> dict[str, Attribute]:
    """Parameters, under the folder that says so."""
    paths = parameter_paths(tuple(params))
    if paths and max(map(len, params.values())) <= SHORT:
        return dict(zip(paths, map(parameter, params.values()), strict=True))
    return {
        parameter_path(path): parameter(value)
        if len(value) <= SHORT
        else Attribute("string", value)
        for path, value in params.items()
        if not path.startswith("sys/")
    }


def text(told: str) -> Attribute:
    return Attribute("string", told)


@lru_cache(NAMES)
def parameter_paths(names: tuple[str, ...]) -> tuple[str, ...]:
    """Remembered: an experiment's runs have the same names in the same order.
    Empty where one of them is no parameter's, or two have one path."""
    paths = tuple(dict.fromkeys(map(parameter_path, names)))
    whole = len(paths) == len(names) <= MOST_NAMES
    return paths if whole and not any(name.startswith("sys/") for name in names) else ()


@lru_cache(MANY)
def parameter_path(name: str) -> str:
    return name if name.startswith("parameters/") else f"parameters/{name}"


@lru_cache(MANY)
def parameter(told: str) -> Attribute:
    """Remembered: the runs of an experiment differ in few values."""
    value = spoken(told)
    if isinstance(value, bool):
        return Attribute("bool", value)
    if isinstance(value, int):
        return Attribute("int", value)
    return Attribute("float" if isinstance(value, float) else "string", value)


def results(latest: Mapping[str, Found]) -> dict[str, Attribute]:
    """The last value of each metric: all there is of one that was logged once."""
    shown = {}
    for name, point in latest.items():
        value = number(point.get("value"))
        if name.startswith(NO_RESULT):
            told = {"last": value, "last_step": whole(point.get("step"))}
            shown[name] = Attribute("float_series", told)
        else:
            shown[name] = Attribute("float", value)
    return shown


def inputs_of(used: Sequence[tuple[str, Found]]) -> dict[str, Attribute]:
    """The datasets that a run says it used, by what it used them for."""
    shown = {}
    for path, dataset in used:
        for word in ("name", "digest", "source_type", "source", "schema", "profile"):
            if dataset.get(word):
                shown[f"{path}/{word}"] = Attribute("string", str(dataset[word]))
    return shown


def datasets(found: Found) -> Iterator[tuple[str, Found]]:
    """Each with a path of its own, however many have one name."""
    given = (found.get("inputs") or {}).get("dataset_inputs") or ()
    taken = set[str]()
    for one in given:
        dataset = one.get("dataset") or {}
        context = pairs(one.get("tags")).get("mlflow.data.context") or "input"
        path = f"dataset/{context}/{dataset.get('name') or 'dataset'}"
        while path in taken:
            path = f"{path}+"
        taken.add(path)
        yield path, dataset
