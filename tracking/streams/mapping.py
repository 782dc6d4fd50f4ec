"""A run as its tracker describes it, in our words. Pure: no database."""

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sources.connectors.base import Attribute, RunRecord
from sources.store import Row

PARAMETER_FOLDERS = ("parameters/", "params/", "hyperparameters/", "hparams/", "config/")
NO_RESULT = (*PARAMETER_FOLDERS, "sys/")
LONGEST_LITERAL = 2_000
LONGEST_NAME = 300  # characters of who did it: an index takes no more than 2,704 bytes
MANY = 50_000  # paths that are remembered: a source's runs have few that differ
LISTS, MOST_PATHS = 50, 1_000  # lists of paths that are remembered, and paths in one
NUMBERS = frozenset({bool, int, float})
LEFT_OUT = {"float_series", "git", "float"}  # have tables of their own, or a column
RUNNING = {"active", "running"}


@lru_cache(MANY)
def parameter_name(path: str) -> str | None:
    """`lr` for parameters/lr; None for what is no parameter."""
    for folder in PARAMETER_FOLDERS:
        if path.startswith(folder):
            return path[len(folder) :]
    return None


@dataclass(frozen=True, slots=True)
class Parted:
    """A run's paths: its parameters, each with its name, and what is none."""

    parameters: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


def parted(attributes: Mapping[str, Attribute]) -> Parted:
    """The runs of a project mostly have the same paths in the same order."""
    paths = tuple(attributes)
    return _remembered(paths) if len(paths) <= MOST_PATHS else _parted(paths)


def _parted(paths: tuple[str, ...]) -> Parted:
    named = [(path, parameter_name(path)) for path in paths]
    return Parted(
        tuple((path, name) for path, name in named if name),
        tuple(path for path, name in named if name is None),
    )


_remembered = lru_cache(LISTS)(_parted)


def typed(value: Any) -> Any:
    """A parameter as it was meant: trackers turn tuples and lists into text."""
    if not isinstance(value, str) or len(value) > LONGEST_LITERAL:
        return value
    if value[:1] not in {"(", "["} or value[-1:] not in {")", "]"}:
        return value
    try:
        return _as_lists(ast.literal_eval(value))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _as_lists(value: Any) -> Any:
    return [_as_lists(inner) for inner in value] if isinstance(value, (tuple, list)) else value


def values(record: RunRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters by name, and every other single value under its path. In one go: a run
    may have hundreds, of which `numbers` are the rest."""
    attributes = record.attributes
    found = parted(attributes)
    parameters = {
        name: value
        if (value := attributes[path].value).__class__ in NUMBERS
        else typed(_plain(value))
        for path, name in found.parameters
    }
    properties = {
        path: _plain(attributes[path].value)
        for path in found.others
        if attributes[path].type not in LEFT_OUT
    }
    return parameters, properties


def numbers(record: RunRecord) -> Iterator[tuple[str, float]]:
    """Single values that are results: floats outside the parameters and sys/."""
    for path in parted(record.attributes).others:
        one = record.attributes[path]
        if one.type != "float" or path.startswith(NO_RESULT):
            continue
        if isinstance(one.value, (int, float)) and (value := as_float(one.value)) is not None:
            yield path, value


def as_float(value: float) -> float | None:
    """None for a whole number that is beyond all floats."""
    try:
        return float(value)
    except OverflowError:
        return None


def properties(record: RunRecord) -> dict[str, Any]:
    """The second of `values`, where nobody asks for the first."""
    return {
        path: _plain(record.attributes[path].value)
        for path in parted(record.attributes).others
        if record.attributes[path].type not in LEFT_OUT
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class Words:
    """Typed look-ups in a run's attributes: a value of another type is none."""

    def __init__(self, attributes: Mapping[str, Attribute]) -> None:
        self.attributes = attributes

    def _value(self, path: str) -> Any:
        found = self.attributes.get(path)
        return None if found is None else found.value

    def text(self, path: str) -> str:
        value = self._value(path)
        return value if isinstance(value, str) else ""

    def time(self, path: str) -> datetime | None:
        value = self._value(path)
        return value if isinstance(value, datetime) else None

    def number(self, path: str) -> float | None:
        """Finite, or none."""
        value = self._value(path)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        found = as_float(value)
        return found if found is not None and math.isfinite(found) else None

    def words(self, path: str) -> list[str]:
        value = self._value(path)
        return [str(word) for word in value] if isinstance(value, (list, tuple, set)) else []

    def holds(self, path: str) -> bool:
        return self._value(path) is True


def state(words: Words) -> str:
    """`unknown` when the tracker says nothing of itself: a run whose own words
    were lost is not shown as finished."""
    if words.holds("sys/failed"):
        return "failed"
    if words.text("sys/state").lower() in RUNNING:
        return "running"
    if not any(path.startswith("sys/") for path in words.attributes):
        return "unknown"
    return "finished"


def code(record: RunRecord) -> dict[str, Any]:
    """commit, branch, message, dirty, remotes; and what is known of the entry point."""
    git = record.attributes.get("source_code/git")
    known: dict[str, Any] = dict(git.value) if git and isinstance(git.value, Mapping) else {}
    if isinstance(known.get("email"), str):
        known["email"] = known["email"][:LONGEST_NAME]
    words = Words(record.attributes)
    entry = words.text("source_code/entrypoint")
    return {**known, "entrypoint": entry} if entry else known


def run_from(record: RunRecord) -> Row:
    """The run's row but for its keys."""
    words = Words(record.attributes)
    started, seconds = words.time("sys/creation_time"), words.number("sys/running_time")
    now_in = state(words)
    parameters, others = values(record)
    return {
        "handle": record.run,
        "name": words.text("sys/name") or words.text("sys/custom_run_id"),
        "description": words.text("sys/description"),
        "state": now_in,
        "owner": words.text("sys/owner")[:LONGEST_NAME],
        "started_at": started,
        "finished_at": _finished(now_in, started, seconds),
        "modified_at": words.time("sys/modification_time"),
        "seconds": seconds,
        "tags": sorted({*words.words("sys/tags"), *words.words("sys/group_tags")}),
        "parameters": parameters,
        "properties": others,
        "code": code(record),
        "gaps": [{"what": gap.what, "why": gap.why} for gap in record.gaps],
        "partial": any("partial" in gap.what for gap in record.gaps),
        "trashed": record.trashed or words.holds("sys/trashed"),
        "provenance": dict(record.provenance),
    }


def _finished(now_in: str, started: datetime | None, seconds: float | None) -> datetime | None:
    if now_in == "running" or started is None or seconds is None:
        return None
    try:
        return started + timedelta(seconds=seconds)
    except OverflowError:  # beyond the calendar
        return None
