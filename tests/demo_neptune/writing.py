"""The real client, writing one of everything to a practice Neptune."""

import contextlib
import io
import os
import random
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image

from demo.neptune import Practice

PROJECT = "acme/documents"
QUIET = {
    "capture_hardware_metrics": False,
    "capture_stdout": False,
    "capture_stderr": False,
    "capture_traceback": False,
}
FINISHED = datetime(2024, 3, 4, 12, 30, tzinfo=UTC)
LOSSES = [1.0 / (step + 1) for step in range(2_345)]
STARTED = 1_700_000_000.0  # seconds: of the first point
MESSAGES = ["epoch 0", "zażółć gęślą jaźń 🙂", ""]
TEXT = "path,label\n/a.png,invoice\n"


def client() -> Any:
    """`neptune` as its users import it, its complaint about its own name apart."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    os.environ.setdefault("NEPTUNE_RETRIES_TIMEOUT", "1")
    os.environ.setdefault("NEPTUNE_REQUEST_TIMEOUT", "20")
    os.environ["NEPTUNE_FETCH_TABLE_STEP_SIZE"] = "1000"
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        return import_module("neptune")


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Code:
    """A repository with a commit, and with a change that is not committed."""

    folder: Path
    commit: str

    @classmethod
    def made_in(cls, folder: Path) -> "Code":
        (folder / "src").mkdir(parents=True)
        (folder / "train.py").write_text("print('train')\n")
        (folder / "src" / "model.py").write_text("LAYERS = 2\n")
        git(folder, "init", "-q", "-b", "DOC-2698-focal")
        git(folder, "remote", "add", "origin", "https://git.example.com/acme/documents.git")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "Try the focal loss")
        (folder / "train.py").write_text("print('train harder')\n")
        return cls(folder, git(folder, "rev-parse", "HEAD"))


@dataclass(frozen=True)
class Logged:
    """What was written to a run, to compare with what is read."""

    run: str
    code: Code
    checkpoint: bytes
    pictures: list[bytes]
    parts: int  # in which the checkpoint was sent


def picture(shade: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4), (shade, 0, 0)).save(target, "PNG")
    return target.getvalue()


@contextlib.contextmanager
def run(practice: Practice, folder: Path, **options: Any) -> Iterator[Any]:
    """A run of the real client, open; its own files go to `folder`."""
    wanted = {"project": PROJECT, "mode": "sync", "source_files": [], "git_ref": False, **QUIET}
    wanted |= options
    with contextlib.chdir(folder):
        opened = client().init_run(api_token=practice.token("ann"), **wanted)
        try:
            yield opened
        finally:
            opened.stop()


def log_everything(practice: Practice, folder: Path, *, mode: str = "sync") -> Logged:
    client()
    types = import_module("neptune.types")
    content = types.File.from_content
    code = Code.made_in(folder / f"code-{mode}")
    checkpoint = random.Random(7).randbytes(6 << 20)
    pictures = [picture(shade) for shade in (0, 100, 200)]
    data = folder / f"data-{mode}"
    data.mkdir()
    (data / "train.csv").write_text(TEXT)
    (data / "valid.csv").write_text(TEXT * 2)
    options = {
        "mode": mode,
        "name": "focal",
        "description": "Hypothesis: the focal loss helps",
        "tags": ["sprint 49", "DOC-2698", "gone"],
        "custom_run_id": f"doc-2698-{mode}",
        "source_files": [str(code.folder / "train.py"), str(code.folder / "src" / "model.py")],
        "git_ref": types.GitRef(repository_path=code.folder),
    }
    before = practice.asked["fileAtomMultipartUploadPart"]
    with run(practice, folder, **options) as one:
        one["parameters"] = {"lr": 0.1, "batch": 32, "backbone": "b0", "augment": True}
        one["train/finished_at"] = FINISHED
        one["sys/tags"].add("best")
        one["sys/tags"].remove("gone")
        steps = [float(step) for step in range(len(LOSSES))]
        one["train/loss"].extend(LOSSES, steps=steps, timestamps=[STARTED + step for step in steps])
        one["logs/messages"].extend(MESSAGES)
        one["dataset/train_info"].upload(content(TEXT, extension="csv"))
        one["model/checkpoint_best"].upload(content(checkpoint, extension="pt"))
        one["dataset/version"].track_files(str(data))
        one["inference/files"].upload_files([str(code.folder / "src" / "*.py")])
        for step, shade in zip((0, 10, 20), pictures, strict=True):
            one["samples"].append(content(shade, extension="png"), step=step)
        one.wait()
        number = one["sys/id"].fetch()
    parts = practice.asked["fileAtomMultipartUploadPart"] - before
    return Logged(number, code, checkpoint, pictures, parts)
