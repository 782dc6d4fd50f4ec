"""Logs the newest sprint through the real Neptune client into a practice Neptune.

The client is unmodified and speaks over the loopback; the server's clock is set
to when each run was. What the client cannot say (a commit without a git working
copy, how long a run lasted) is written into the store, as a server would.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

# The client reads these once, when it is imported.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["NEPTUNE_LOGGER_LEVEL"] = "ERROR"
os.environ["TZ"] = "UTC"

import neptune
from neptune.types import File as NeptuneFile
from neptune.types import GitRef

from demo.neptune import Practice, Store
from demo.neptune.times import milliseconds, spoken
from demo.work.logged import Logged
from demo.work.roster import KEYS, LIVE, Run
from demo.work.training.sources import commit
from demo.work.words import TOLD_AT

PLACE, FRAMED = "file:///home/lab/forms", "2026-10-06 12:40:00"
REPOSITORY = "https://git.paper-lab.example/forms/reader.git"


def snapshot(folder: Path, made: list[tuple[Run, Logged]]) -> None:
    """One run after the other, oldest first; then the store goes to disk."""
    store = Store()
    store.add_project(LIVE, key=KEYS[LIVE])
    with Practice(store).start() as practice:
        for run, held in made:
            log(practice, store, run, held)
    place_artifacts(store)
    store.now = made[-1][0].created
    store.dump(folder)


def log(practice: Practice, store: Store, run: Run, held: Logged) -> None:
    store.now = run.created
    logging = neptune.init_run(
        project=LIVE,
        api_token=practice.token(run.owner.name),
        mode="sync",
        name=run.name,
        description=str(held.atoms.get("sys/description", "")),
        tags=list(run.trial.tags),
        source_files=[],
        git_ref=GitRef.DISABLED,
        capture_hardware_metrics=False,
        capture_stdout=False,
        capture_stderr=False,
        capture_traceback=False,
    )
    if logging["sys/id"].fetch() != run.run_id:
        raise ValueError(f"the server numbered {run.run_id} otherwise")
    fill(logging, held)
    logging.stop()
    close(store, run, held)


def fill(logging: Any, held: Logged) -> None:
    for path, value in held.atoms.items():
        if not path.startswith("sys/"):
            logging[path] = value
    for path, points in [*held.series.items(), *held.lines.items()]:
        extend(logging[path], points)
    fill_with_bytes(logging, held)


def fill_with_bytes(logging: Any, held: Logged) -> None:
    for path, file in held.files.items():
        logging[path].upload(NeptuneFile.from_content(file.content, extension=file.extension))
    for path, members in held.file_sets.items():
        upload(logging[path], members)
    for path, pictures in held.pictures.items():
        show(logging[path], pictures, (held.finished or TOLD_AT).timestamp())
    for path, members in held.artifacts.items():
        with on_disk(members):
            logging[path].track_files(".")


def extend(series: Any, points: list[Any]) -> None:
    steps, times, values = zip(*points, strict=True)
    series.extend(list(values), steps=list(steps), timestamps=[time.timestamp() for time in times])


def show(series: Any, pictures: list[bytes], at: float) -> None:
    for step, content in enumerate(pictures):
        picture = NeptuneFile.from_content(content, extension="png")
        series.append(picture, step=step, timestamp=at)


def upload(file_set: Any, members: dict[str, bytes]) -> None:
    with on_disk(members):
        file_set.upload_files(sorted(members), wait=True)


@contextmanager
def on_disk(members: dict[str, bytes]) -> Iterator[None]:
    """The members as files of a working directory of their own."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for name, content in members.items():
            target = Path(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        yield


def place_artifacts(store: Store) -> None:
    """The client told where the files lay here; say where the lab's machine has them."""
    for files in store.artifacts.values():
        for file in files:
            told = [("file_path", f"{PLACE}/{file['filePath']}"), ("last_modified", FRAMED)]
            file["metadata"] = [{"key": key, "value": value} for key, value in told]


def close(store: Store, run: Run, held: Logged) -> None:
    """What the server knows after the run: its end, its length, its commit."""
    name, ended = f"{LIVE}/{run.run_id}", held.finished or run.created
    for path in ("sys/modification_time", "sys/ping_time"):
        store.assign(name, path, "datetime", milliseconds(ended))
    ran = (ended - run.created) / timedelta(seconds=1)
    store.assign(name, "sys/running_time", "float", ran)
    store.assign(name, "sys/monitoring_time", "int", int(ran))
    if "source_code/files" in held.file_sets:
        store.assign(name, "source_code/git", "gitRef", git(run, held))


def git(run: Run, held: Logged) -> dict[str, Any]:
    """The commit that holds the uploaded files, with seed 1 in experiment.py."""
    files = held.committed or held.file_sets["source_code/files"]
    when: datetime = run.sprint.at("1 08:00")
    author = f"{run.owner.shown} <{run.owner.name}@paper-lab.example>"
    message = f"{run.name}: ready to run"
    return {
        "commit": {
            "commitId": commit(files, message, author, when),
            "message": message,
            "authorName": run.owner.shown,
            "authorEmail": f"{run.owner.name}@paper-lab.example",
            "commitDate": spoken(milliseconds(when)),
        },
        "remotes": [REPOSITORY],
        "currentBranch": "main",
        "repositoryDirty": "source_code/diff" in held.files,
    }
