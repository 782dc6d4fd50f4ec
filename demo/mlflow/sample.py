"""A few of the sample's runs, as a team would have them in MLflow: some logged
there as baselines, and one as Neptune's exporter copies it."""

from collections.abc import Iterable, Iterator

from demo.mlflow.writing import Point, Writer
from demo.neptune import Store
from demo.neptune.fields import Container

BASELINES, COPIES = 5, 1
EXPERIMENT = "forms baselines"
PLAIN = frozenset({"string", "int", "float", "bool"})


def fill(writer: Writer, store: Store) -> None:
    """Once: an experiment of that name means that it was done."""
    finished = list(finished_runs(store))
    experiment = writer.experiment(EXPERIMENT)
    for held in finished[:BASELINES]:
        log(writer, held, experiment, f"{held.atom('sys/name')} baseline", baseline_of(held))
    for held in finished[BASELINES : BASELINES + COPIES]:
        name = held.atom("sys/name") or held.sys_id
        project = store.projects[held.project].qualified
        log(writer, held, writer.experiment(f"{project}/{name}"), held.sys_id, {}, copied=True)


def is_filled(writer: Writer) -> bool:
    found = writer.post("experiments/search", max_results=1_000).get("experiments", [])
    return any(one["name"] == EXPERIMENT for one in found)


def finished_runs(store: Store) -> Iterator[Container]:
    for held in sorted(store.containers.values(), key=lambda one: one.sys_id):
        if held.kind == "run" and held.atom("sys/state") != "running" and series_of(held):
            yield held


def baseline_of(held: Container) -> dict[str, str]:
    return {"mlflow.user": str(held.atom("sys/owner") or ""), "baseline": "true"}


def log(
    writer: Writer,
    held: Container,
    experiment: str,
    name: str,
    tags: dict[str, str],
    *,
    copied: bool = False,
) -> None:
    started = int(held.atom("sys/creation_time"))
    seconds = float(held.atom("sys/running_time") or 60.0)
    writer.run(
        experiment,
        start=started,
        end=started + round(seconds * 1000),
        name=name,
        tags=tags,
        params=dict(parameters_of(held, copied=copied)),
        metrics=series_of(held),
    )


def parameters_of(held: Container, *, copied: bool) -> Iterator[tuple[str, str]]:
    """The exporter writes every value, under its path."""
    for path, one in held.fields.items():
        if one.type == "stringSet" and copied:
            yield path, ",".join(one.value)
        elif one.type in PLAIN and (copied or path.startswith("parameters/")):
            yield path if copied else path.removeprefix("parameters/"), str(one.value)


def series_of(held: Container) -> dict[str, Iterable[Point]]:
    return {
        path: [(int(step), int(at), float(value)) for step, at, value in one.value]
        for path, one in held.fields.items()
        if one.type == "floatSeries"
    }
