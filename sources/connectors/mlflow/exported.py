"""Runs that Neptune's exporter loaded into MLflow, recognised. Pure.

Its loader makes an experiment "workspace/project/name" (behind a prefix, if one
was given), gives a run Neptune's id for a name, and writes every value of the
run, its sys/ ones too, as a parameter of its Neptune path.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sources.connectors.base import Attribute, Json

MARKS = ("sys/id", "sys/custom_run_id")


def twin(experiment: str, run_name: str, params: Mapping[str, str]) -> dict[str, Json] | None:
    """Which run of Neptune it is: project and id; None for a run of MLflow's own."""
    ids = {params[mark] for mark in MARKS if params.get(mark)}
    if run_name not in ids:
        return None
    project = project_of(experiment, params.get("sys/name", ""))
    return {"tracker": "neptune", "project": project, "run": run_name} if project else None


def project_of(experiment: str, name: str) -> str:
    """ "workspace/project" out of "prefix/workspace/project/name"; a name may
    hold slashes, and be that of another run of the experiment."""
    before = experiment.removesuffix(f"/{name}") if name else experiment.rpartition("/")[0]
    parts = before.split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 and before != experiment else ""


def words_of(params: Mapping[str, str]) -> dict[str, Attribute]:
    """What Neptune knew of the run, and MLflow would say of the loading: its own
    name, tags, owner and times. Empty for a run of MLflow's own."""
    if not any(params.get(mark) for mark in MARKS):
        return {}
    told = {
        path: MEANINGS.get(path, text)(value)
        for path, value in params.items()
        if path.startswith("sys/")
    }
    return {path: value for path, value in told.items() if value is not None}


def text(told: str) -> Attribute:
    return Attribute("string", told)


def words(told: str) -> Attribute:
    """The loader joins them with commas; a comma within one is lost to it."""
    return Attribute("string_set", sorted({word for word in told.split(",") if word}))


def time(told: str) -> Attribute | None:
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return Attribute("datetime", aware.astimezone(UTC))


def number(told: str) -> Attribute | None:
    try:
        return Attribute("float", float(told))
    except ValueError:
        return None


def truth(told: str) -> Attribute:
    return Attribute("bool", told == "True")


MEANINGS: Mapping[str, Callable[[str], Attribute | None]] = {
    "sys/tags": words,
    "sys/group_tags": words,
    "sys/creation_time": time,
    "sys/modification_time": time,
    "sys/ping_time": time,
    "sys/running_time": number,
    "sys/monitoring_time": number,
    "sys/failed": truth,
    "sys/trashed": truth,
}
