"""Registered models with their versions, and the models that a run logged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sources.connectors.base import Attribute, FileRecord, Gap, Kind, RunRecord
from sources.connectors.mlflow.artifacts import files_of, of_model
from sources.connectors.mlflow.runs import Run
from sources.connectors.mlflow.site import NotGiven, Site
from sources.connectors.mlflow.values import moment, pairs

REGISTRY = "registry"  # a project of its own: a model belongs to no experiment
REGISTRY_NAME = "Model registry"
NO_REGISTRY = frozenset({403, 404, 501})
NOT_LOGGED = frozenset({400, 403, 404, 501})

type Found = Mapping[str, Any]


def registered(site: Site) -> Iterator[list[RunRecord] | Gap]:
    """Every model, then every version, by pages; a gap where there is no registry.
    A list of versions does not tell their aliases, the models do."""
    named: dict[tuple[str, str], list[str]] = {}
    try:
        for page in site.pages(
            "registered-models/search", {"max_results": 100}, answers=NO_REGISTRY
        ):
            models = page.get("registered_models") or ()
            for name, alias, version in aliases_of(models):
                named.setdefault((name, version), []).append(alias)
            yield [model_of(one) for one in models]
        for page in site.pages("model-versions/search", {"max_results": 500}, answers=NO_REGISTRY):
            yield [
                version_of(one, named.get((one["name"], str(one["version"])), ()))
                for one in page.get("model_versions") or ()
            ]
    except NotGiven as refusal:
        yield Gap("registered models", str(refusal))


def aliases_of(models: Iterable[Found]) -> Iterator[tuple[str, str, str]]:
    """(model, alias, version) of each."""
    for model in models:
        for one in model.get("aliases") or ():
            yield model["name"], one["alias"], str(one["version"])


def model_of(found: Found) -> RunRecord:
    aliases = {f"aliases/{alias}": text(version) for _, alias, version in aliases_of([found])}
    return record("model", found["name"], common(found) | aliases)


def version_of(found: Found, aliases: Sequence[str] = ()) -> RunRecord:
    """MLflow's own "None" is no stage."""
    stage = found.get("current_stage") or ""
    told = common(found) | {
        "sys/model_id": text(found["name"]),
        "sys/stage": text("" if stage == "None" else stage),
        "run/id": text(found.get("run_id") or ""),
        "source": text(found.get("source") or ""),
        "status": text(found.get("status") or ""),
        "aliases": Attribute("string_set", sorted({*aliases, *(found.get("aliases") or ())})),
    }
    return record("model_version", f"{found['name']}-{found['version']}", told)


def common(found: Found) -> dict[str, Attribute]:
    times = {
        "sys/creation_time": moment(found.get("creation_timestamp")),
        "sys/modification_time": moment(found.get("last_updated_timestamp")),
    }
    told = {path: Attribute("datetime", at) for path, at in times.items() if at is not None}
    told["sys/name"] = text(found["name"])
    if found.get("description"):
        told["sys/description"] = text(found["description"])
    tags = pairs(found.get("tags"))
    return told | {f"tags/{name}": text(value) for name, value in tags.items()}


def text(told: object) -> Attribute:
    return Attribute("string", str(told))


def record(kind: Kind, name: str, told: dict[str, Attribute]) -> RunRecord:
    full = {path: value for path, value in told.items() if value.value not in ("", [])}
    return RunRecord(
        REGISTRY,
        name,
        full,
        kind=kind,
        provenance={"tracker": "mlflow"},
        project_name=REGISTRY_NAME,
    )


def logged_files(site: Site, run: Run) -> Iterator[FileRecord | Gap]:
    """Files of the models that a run made: since MLflow 3 they lie apart from
    the run's own."""
    for model in run.models:
        reply = site.get(f"logged-models/{quote(model, safe='')}", {}, answers=NOT_LOGGED)
        if reply.status in NOT_LOGGED:
            yield Gap(f"model {model}", f"cannot be read ({reply.status})")
            continue
        told = reply.value["model"]["info"]
        folder = of_model(run, model, told.get("name") or "model", told.get("artifact_uri") or "")
        yield from files_of(site, folder)
