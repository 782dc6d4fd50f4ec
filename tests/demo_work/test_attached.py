"""What runs have attached really works: with numpy alone, in a process of its own."""

import csv
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from demo.neptune import Store
from demo.work import Paths
from demo.work.training import sources
from demo.work.training.settings import Settings
from tests.demo_work.reading import LIVE, file

LONE = [sys.executable, "-I"]


def fetched(sample: Paths, store: Store, run: str, folder: Path) -> Path:
    """The four files that a deployment needs, under their own names."""
    names = {
        "inference/code": "inference.py",
        "model/checkpoint_best": "reader.safetensors",
        "probe/input": "boxes.csv",
        "probe/expected": "expected.csv",
    }
    for path, name in names.items():
        if run.startswith("FRM-"):
            field = store.require(f"{LIVE}/{run}").fields[path]
            content = store.blobs.read(field.value["sha256"])
        else:
            content = file(sample, run, path).read_bytes()
        (folder / name).write_bytes(content)
    return folder


def answer(folder: Path) -> bytes:
    command = [*LONE, "inference.py", "reader.safetensors", "boxes.csv", "answers.csv"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return (folder / "answers.csv").read_bytes()


def shares(content: bytes) -> np.ndarray:
    told = list(csv.reader(content.decode().splitlines()))[1:]
    return np.array(told, dtype=float)


@pytest.mark.parametrize("run", ["FORM-53", "FRM-5"])
def test_the_checkpoint_and_the_script_give_the_stored_answers(
    run: str, sample: Paths, store: Store, tmp_path: Path
) -> None:
    folder = fetched(sample, store, run, tmp_path)
    expected = shares((folder / "expected.csv").read_bytes())
    got = shares(answer(folder))
    assert got.shape == (16, 11)
    assert (got[:, 0] == expected[:, 0]).all()
    assert np.abs(got - expected).max() <= 2e-6


def test_a_changed_weight_changes_the_answers(sample: Paths, store: Store, tmp_path: Path) -> None:
    folder = fetched(sample, store, "FORM-53", tmp_path)
    weights = bytearray((folder / "reader.safetensors").read_bytes())
    weights[-2] ^= 0x7F
    (folder / "reader.safetensors").write_bytes(weights)
    changed = shares(answer(folder))
    assert np.abs(changed - shares((folder / "expected.csv").read_bytes())).max() > 1e-3


def test_the_augmentation_script_stands_alone(sample: Paths, tmp_path: Path) -> None:
    script = file(sample, "FORM-53", "augmentation/script").read_text()
    use = """
random = np.random.default_rng(1)
images = np.arange(128, dtype=np.float32).reshape(2, 8, 8)
moved, _ = augmented(images, np.eye(10)[:2], HOW, random)
print(moved.shape, bool((moved != images).any()))
"""
    (tmp_path / "augmentation.py").write_text(script + use)
    ran = subprocess.run(
        [*LONE, "augmentation.py"], cwd=tmp_path, check=True, timeout=60, capture_output=True
    )
    assert ran.stdout == b"(2, 8, 8) True\n"


def test_the_frame_has_every_form_once_and_its_splits_add_up(sample: Paths) -> None:
    told = list(csv.DictReader(file(sample, "FORM-53", "dataset/frame").read_text().splitlines()))
    assert len({row["path"] for row in told}) == len(told) == 1797
    counts = {split: sum(row["split"] == split for row in told) for split in ("train", "test")}
    assert counts == {"train": 1197, "test": 300}
    moved = [row for row in told if (row["down"], row["right"]) != ("0", "0")]
    assert moved
    assert all(row["split"] != "train" for row in moved)


def test_the_stored_lock_pins_every_package_by_hash(sample: Paths) -> None:
    lock = file(sample, "FORM-53", "environment/requirements").read_text()
    pinned = [line for line in lock.splitlines() if "==" in line]
    assert len(pinned) == 7
    assert lock.count("--hash=sha256:") >= len(pinned)


NOTEBOOKS = ("FORM-1", "FORM-2", "FORM-3")


def test_a_notebook_is_valid_and_was_really_run(sample: Paths) -> None:
    states = [json.loads(file(sample, run, "notebooks/eda").read_text()) for run in NOTEBOOKS]
    for told in states:
        assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
        ids = [cell["id"] for cell in told["cells"]]
        assert len(set(ids)) == len(ids)
        code = [cell for cell in told["cells"] if cell["cell_type"] == "code"]
        assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
        assert any(cell["outputs"] for cell in code)
    ids = [{cell["id"] for cell in told["cells"]} for told in states]
    assert ids[0] < ids[1]
    assert ids[1] - ids[2], "no cell was taken out between two saves"


def test_a_notebooks_outputs_are_pictures_and_words(sample: Paths) -> None:
    told = json.loads(file(sample, "FORM-3", "notebooks/eda").read_text())
    outputs = [out for cell in told["cells"] for out in cell.get("outputs", ())]
    assert {"stream", "execute_result", "display_data"} == {out["output_type"] for out in outputs}
    assert any("1 apart: +0.353" in line for out in outputs for line in out.get("text", ()))


def test_the_commit_of_a_run_is_the_one_that_git_gives(tmp_path: Path) -> None:
    when = datetime(2026, 11, 16, 8, tzinfo=UTC)
    files = sources.uploaded("One training.", Settings())
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    date = f"{int(when.timestamp())} +0000"
    person = {"NAME": "Mara Okafor", "EMAIL": "mara@paper-lab.example", "DATE": date}
    known = {
        f"GIT_{who}_{what}": said
        for who in ("AUTHOR", "COMMITTER")
        for what, said in person.items()
    }
    git = ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "ready"]):
        subprocess.run([*git, *words], cwd=tmp_path, env=known, check=True, timeout=30)
    told = subprocess.run(
        [*git, "rev-parse", "HEAD"], cwd=tmp_path, check=True, timeout=30, capture_output=True
    )
    mine = sources.commit(files, "ready", "Mara Okafor <mara@paper-lab.example>", when)
    assert told.stdout.decode().strip() == mine


def test_a_dirty_run_differs_from_its_commit_by_its_seed_only(store: Store, sample: Paths) -> None:
    run = store.require(f"{LIVE}/FRM-5")
    assert run.fields["source_code/git"].value["repositoryDirty"] is True
    patch = store.blobs.read(run.fields["source_code/diff"].value["sha256"]).decode()
    changed = [
        line for line in patch.splitlines() if line[:1] in "+-" and line[:3] not in ("---", "+++")
    ]
    assert [line.strip("+- ,") for line in changed] == ["seed=1", "seed=2"]
    with zipfile.ZipFile(file(sample, "FORM-9", "source_code/files/files.zip")) as held:
        assert b"seed=2" in held.read("experiment.py")
