"""The source files that a run uploads, and the commit that holds them."""

import difflib
import hashlib
import inspect
import pprint
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from demo.work.training import augment
from demo.work.training.settings import Augmentation, Settings

HERE = Path(__file__).parent
UPLOADED = ("augment.py", "fit.py", "frames.py", "network.py", "settings.py")

# `augmented` calls the others by name, so a script needs them all.
CHANGES = (augment.shift, augment.rotate, augment._sample, augment.mixup, augment.augmented)

EXPERIMENT = '''"""{title}"""

from training.fit import fit
from training.settings import *

SETTINGS = {settings}

if __name__ == "__main__":
    fitted = fit(SETTINGS)
    print("best epoch", fitted.best_epoch, fitted.test)
'''


def experiment(title: str, settings: Settings) -> str:
    """A script that makes this run again, beside the folder `training`."""
    told = pprint.pformat(settings, width=88, indent=1)
    return EXPERIMENT.format(title=title, settings=told)


def uploaded(title: str, settings: Settings) -> dict[str, bytes]:
    """experiment.py and the folder training/, as they were when the run started."""
    files = {f"training/{name}": as_in_the_lab(name) for name in UPLOADED}
    return files | {
        "experiment.py": experiment(title, settings).encode(),
        "training/__init__.py": b"",
    }


def as_in_the_lab(name: str) -> bytes:
    """There the package lies at the top of the repository."""
    return (HERE / name).read_text().replace("demo.work.training", "training").encode()


def augmentation(how: Augmentation) -> str:
    """A script that stands alone and does to a batch what the run did."""
    parts = ['"""The augmentation of this run. `augmented(images, targets, HOW, random)`."""\n']
    parts.append("from dataclasses import dataclass\n\nimport numpy as np\n\n")
    parts.append(inspect.getsource(Augmentation))
    parts.extend("\n\n" + inspect.getsource(function) for function in CHANGES)
    parts.append(f"\n\nHOW = {how!r}\n")
    return "".join(parts)


def seed_change(title: str, settings: Settings) -> str:
    """What `git diff` says when only the seed was changed since the commit with seed 1."""
    before = experiment(title, replace(settings, seed=1)).splitlines(keepends=True)
    after = experiment(title, settings).splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, "a/experiment.py", "b/experiment.py")
    return "diff --git a/experiment.py b/experiment.py\n" + "".join(lines)


def commit(files: Mapping[str, bytes], message: str, author: str, when: datetime) -> str:
    """The id git gives a first commit of exactly these files, so that anyone can check it."""
    signed = f"{author} {int(when.timestamp())} +0000"
    body = f"tree {tree(files).hex()}\nauthor {signed}\ncommitter {signed}\n\n{message}\n"
    return named("commit", body.encode()).hex()


def tree(files: Mapping[str, bytes]) -> bytes:
    """Git's id of a folder, its sub-folders included."""
    entries: dict[str, bytes] = {}
    folders: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        top, _, rest = path.partition("/")
        if rest:
            folders.setdefault(top, {})[rest] = content
        else:
            entries[top] = b"100644 " + top.encode() + b"\0" + named("blob", content)
    for name, inside in folders.items():
        entries[name + "/"] = b"40000 " + name.encode() + b"\0" + tree(inside)
    return named("tree", b"".join(entries[name] for name in sorted(entries)))


def named(kind: str, content: bytes) -> bytes:
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).digest()
