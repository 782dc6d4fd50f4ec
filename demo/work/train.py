"""Trains everything and writes demo/work/stored/ again.

    .sample/bin/python -m demo.work.train

Takes some two minutes on one core. The same lock on the same kind of processor
gives the same bytes; another one may differ in the last digits of a float.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

# Before numpy is imported: one thread, so that sums are always in one order.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from demo.work import archive, growing, jira_seed, story
from demo.work.logged import Logged
from demo.work.packing import pack
from demo.work.roster import ARCHIVED, LIVE, Run, runs
from demo.work.training import live
from demo.work.training.running import logged

STORED = Path(__file__).parent / "stored"
MODEL = "FORM-READER"
# Versions of the registered model: which run, and where it stands.
VERSIONS = (("FORM-39", "archived"), ("FORM-53", "production"))


def main() -> None:
    STORED.mkdir(exist_ok=True)
    made: dict[str, tuple[Run, Logged]] = {}
    measured: dict[str, dict[str, float]] = {}
    for run in runs():
        held = logged(run)
        made[run.run_id] = (run, held)
        measured[run.run_id] = best_of(held)
        sys.stderr.write(f"{run.run_id} {run.name} {measured[run.run_id]}\n")
    archived = [pair for pair in made.values() if pair[0].project == ARCHIVED]
    with tempfile.TemporaryDirectory() as folder:
        write_archive(Path(folder) / "archive", archived)
        pack(Path(folder) / "archive", STORED / "archive.tar.xz")
        live_runs = [shown_so_far(*pair) for pair in made.values() if pair[0].project == LIVE]
        live.snapshot(Path(folder) / "neptune", live_runs)
        pack(Path(folder) / "neptune", STORED / "neptune.tar.xz")
    write_json(STORED / "jira.json", jira_seed.seed(measured))
    write_json(STORED / "story.json", story.story(measured))


def best_of(held: Logged) -> dict[str, float]:
    """The best value of each logged metric over the epochs; losses are not compared."""
    return {
        name: max(value for _, _, value in points)
        for name, points in held.series.items()
        if not name.endswith("loss")
    }


def shown_so_far(run: Run, held: Logged) -> tuple[Run, Logged]:
    """A run that is going: what it had logged by the moment of the story. The
    rest goes to growing.json, for the demo to add as time passes."""
    if run.trial.ending != "running":
        return run, held
    write_json(STORED / "growing.json", growing.rest(run, held))
    return run, growing.so_far(held)


def write_archive(folder: Path, made: list[tuple[Run, Logged]]) -> None:
    target = archive.Archive(folder, ARCHIVED)
    target.write_runs(container(run, held) for run, held in made)
    held_by = {run.run_id: (run, held) for run, held in made}
    target.write_models([model(*held_by[VERSIONS[0][0]])], "models")
    versions = [
        version(number, stage, *held_by[run_id])
        for number, (run_id, stage) in enumerate(VERSIONS, start=1)
    ]
    target.write_models(versions, "model_versions")


def container(run: Run, held: Logged) -> archive.Container:
    return archive.Container(
        id=run.run_id,
        owner=run.owner.name,
        created=run.created,
        logged=held,
        tags=run.trial.tags,
        name=run.name,
        failed=run.trial.ending == "failed",
        gap=run.trial.gap,
    )


def model(run: Run, held: Logged) -> archive.Container:
    told = Logged(atoms={"task": "reading of single digits"}, finished=held.finished)
    created = run.sprint.at("4 08:00")
    return archive.Container(
        MODEL, run.owner.name, created, told, name="digit reader", stage="model"
    )


def version(number: int, stage: str, run: Run, held: Logged) -> archive.Container:
    """A version's only link to its run is the id that the team logged into it."""
    told = Logged(finished=run.sprint.at("11 09:00"))
    told.atoms = {"run/id": run.run_id, "validation/f1": held.atoms["valid/f1_best"]}
    told.files = {"weights": held.files["model/checkpoint_best"]}
    return archive.Container(
        id=f"{MODEL}-{number}",
        owner=run.owner.name,
        created=run.sprint.at("10 09:00"),
        logged=told,
        model_id=MODEL,
        stage=stage,
    )


def write_json(path: Path, told: Any) -> None:
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
