"""What a file of a run is for: the first rules, an administrator's, and an upgrade."""

import fnmatch
import re
import struct
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from portal import tasks
from portal.management.commands import prepare
from sources.models import Source
from tests.tracking.making import file, store
from tracking import roles
from tracking.models import Artifact, RoleRule
from tracking.sniff import sniff

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, settings: Any) -> None:
    settings.BLOBS = tmp_path / "blobs"


@pytest.mark.parametrize(
    ("path", "content", "role"),
    [
        ("model/checkpoint_best", b"\x80\x04.", "checkpoint"),
        ("Model/CHECKPOINT", b"\x00\xff", "checkpoint"),
        ("inference/files/src/inference.py", b"import torch\n", "inference-code"),
        ("source_code/files/aug.py", b"import torch\n", "augmentation-code"),
        ("source_code/files/train.py", b"import torch\n", "training-code"),
        ("evaluation/roc_auc", PNG, "plot:roc"),
        ("evaluation/roc_auc", b"a,b\n1,2\n", "other"),
        ("plots/anything", PNG, "plot:other"),
        ("notebooks/work", b'{"cells": [], "nbformat": 4, "nbformat_minor": 5}', "notebook"),
        ("requirements.txt", b"torch==2\n", "environment-lock"),
        ("monitoring/stdout", b"hello", "log"),
    ],
)
def test_what_a_file_is_for_follows_from_path_and_bytes(
    source: Source, path: str, content: bytes, role: str
) -> None:
    store(source, file("DOC-1", path, content))
    assert Artifact.objects.get().role == role


# What a first portal says of a file: by path, name (where it is another) and bytes.
TORCH = b"PK\x03\x04" + bytes(14) + struct.pack("<LLHH", 0, 0, 13, 0) + b"best/data.pkl"
KERAS = TORCH[:26] + struct.pack("<HH", 16, 0) + b"model.weights.h5"
ARRAYS = TORCH[:26] + struct.pack("<HH", 5, 0) + b"w.npy"
TENSORS = struct.pack("<Q", 2) + b"{}"
PICKLE, JOBLIB = b"\x80\x04\x95\x00\x00", b"\x80\x04\x95\x00\x00joblib.numpy_pickle"
PYTHON = b"import torch\n"
TOLD = {
    # code and words that only talk about weights
    "source_code/files/training/checkpoint.py": (PYTHON, "training-code"),
    "source_code/files/vendor/best.pt": (TORCH, "training-code"),
    "src/checkpoint.py": (PYTHON, "training-code"),
    "class_weights.csv": (b"a,b\n1,2\n", "other"),
    "class_weights.npz": (ARRAYS, "other"),
    "model/checkpoint_settings": (b'{"a": 1}', "other"),
    ".ipynb_checkpoints/a.ipynb": (b'{"cells": [], "nbformat": 4}', "notebook"),
    "plots/weights": (PNG, "plot:other"),
    "plots/best_model": (PNG, "plot:other"),
    "notes/best.pt": (b"de modelo e dados\n", "other"),
    # weights of every kind that is recognised
    "model/weights": (TENSORS, "checkpoint"),
    "model/best.pt": (TORCH, "checkpoint"),
    "model.pth": (PICKLE, "checkpoint"),
    "last.ckpt": (TORCH, "checkpoint"),
    "out/best": (TORCH, "checkpoint"),
    "model.joblib": (JOBLIB, "checkpoint"),
    "model.pkl": (PICKLE, "checkpoint"),
    "model.h5": (b"\x89HDF\r\n\x1a\n", "checkpoint"),
    "model.gguf": (b"GGUF\3\0\0\0", "checkpoint"),
    "model.keras": (KERAS, "checkpoint"),
    "best.npz": (ARRAYS, "checkpoint"),
    "models/reader/1/model.onnx": (b"\x08\x09\x12\x07pytorch\x3a", "checkpoint"),
    "model/checkpoint_best": (None, "checkpoint"),
    "best.pt": (None, "checkpoint"),
    "checkpoint-500/optimizer.pt": (TORCH, "training-state"),
    # what is made of the same kinds of bytes, and is something else
    "predictions.pkl": (PICKLE, "other"),
    "label_encoder.joblib": (JOBLIB, "other"),
    "dataset/embeddings.npz": (ARRAYS, "dataset"),
    "dataset/features.h5": (b"\x89HDF\r\n\x1a\n", "dataset"),
    "modelling/notes": (b"\x00\x01\x02\xff", "other"),
    # words have ends
    "plots/preprocessing/sample": (PNG, "plot:other"),
    "plots/roc": (PNG, "plot:roc"),
    "ROC-AUC": (PNG, "plot:roc"),
    "valid/roc_curve/3": (PNG, "plot:roc"),
    "plots/rocket": (PNG, "plot:other"),
    "source_code/files/august.py": (PYTHON, "training-code"),
    "source_code/files/flip_aug.py": (PYTHON, "augmentation-code"),
    "lib/augmentations.py": (PYTHON, "augmentation-code"),
    "source_code/requirements": (b"torch==2\n", "environment-lock"),
    "env/requirements": (b"a>=1,<2\nb>=1,<2\n", "environment-lock"),
    "check_requirements.py": (PYTHON, "training-code"),
    "requirements_graph": (PNG, "other"),
    # beside the code that answers
    "inference/files/README.md": (b"# How to\n\nRun it.\n", "documentation"),
    "inference/files/labels": (b'["a"]', "inference-code"),
    "inference/model": (TENSORS, "checkpoint"),
    "augmentation/seen": (PNG, "plot:other"),
}


def told_of(path: str, content: bytes | None) -> str:
    found = sniff(content, path=path) if content is not None else None
    last = path.rpartition("/")[2]
    name = last if "." in last or found is None else last + found.ending
    kind = found.media_type if found else ""
    return roles.role_of(roles.rules(), path=path, name=name, media_type=kind)


def test_the_first_rules_know_code_from_weights_and_words_by_their_ends(db: None) -> None:
    assert {path: told_of(path, content) for path, (content, _) in TOLD.items()} == {
        path: role for path, (_, role) in TOLD.items()
    }


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("*<roc>*", ["roc", "a/roc_1", "x-roc.png", "roc2"], ["process", "rocket", "a/croc"]),
        ("a/* | *.py", ["a/b", "c.py"], ["b/a", "c.pyc"]),
        ("<été>*", ["été_1"], ["étés"]),
    ],
)
def test_a_pattern_may_ask_for_whole_words_and_hold_several(
    pattern: str, fits: list[str], fits_not: list[str]
) -> None:
    rules = [RoleRule(path=pattern, role="yes")]
    told = {path: roles.role_of(rules, path=path, name="", media_type="") for path in fits}
    assert set(told.values()) == {"yes"}
    for path in fits_not:
        assert roles.role_of(rules, path=path, name="", media_type="") == roles.OTHER, path


def test_an_empty_pattern_among_several_is_for_files_without_bytes() -> None:
    rules = [RoleRule(media_type="| application/zip", role="yes")]
    told = [
        roles.role_of(rules, path="a", name="", media_type=kind)
        for kind in ("", "application/zip", "text/plain")
    ]
    assert told == ["yes", "yes", roles.OTHER]


# ── the rules of a portal that is there already ──────────────────────────────


@pytest.fixture
def first_rules(db: None) -> list[RoleRule]:
    """As the first migration wrote them."""
    RoleRule.objects.all().delete()
    import_module("tracking.migrations.0003_first_role_rules").add(apps, None)
    return list(RoleRule.objects.all())


def brought_up_to_date() -> None:
    name = "tracking.migrations.0012_role_rules_that_know_code_from_weights"
    import_module(name).replace(apps, None)


def as_told() -> list[tuple[str, ...]]:
    return [(rule.path, rule.name, rule.media_type, rule.role) for rule in roles.rules()]


def test_the_first_rules_become_what_a_new_portal_has(
    db: None, request: pytest.FixtureRequest
) -> None:
    new = as_told()
    request.getfixturevalue("first_rules")
    assert as_told() != new
    brought_up_to_date()
    assert as_told() == new
    brought_up_to_date()
    assert as_told() == new


def test_what_an_administrator_changed_added_or_deleted_stays_so(
    first_rules: list[RoleRule],
) -> None:
    edited = RoleRule.objects.get(path="*checkpoint*")
    edited.path = "weights-of-ours/*"
    edited.save()
    RoleRule.objects.get(path="*confusion*").delete()
    own = RoleRule.objects.create(order=14, path="source_code/kept/*", role="checkpoint")
    last = RoleRule.objects.create(order=500, path="*.json", role="parameters")
    brought_up_to_date()
    for rule in (edited, own, last):
        kept = RoleRule.objects.get(pk=rule.pk)
        assert (kept.order, kept.path, kept.role) == (rule.order, rule.path, rule.role)
    orders = {rule.path: rule.order for rule in roles.rules()}
    assert max(order for path, order in orders.items() if path != "*.json") < 280
    assert not {"*checkpoint*", "*confusion*", "*roc*"} & set(orders), "and the old ones are gone"
    assert told_of("source_code/kept/a", TORCH) == "checkpoint"
    assert told_of("source_code/a.py", PYTHON) == "training-code"


def test_after_an_upgrade_that_changed_the_rules_a_worker_gives_the_stored_files_theirs(
    source: Source, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[None] = []
    monkeypatch.setattr(tasks.assign_roles, "delay", asked.append)
    before = prepare.rules_for_roles()
    with django_capture_on_commit_callbacks(execute=True):
        prepare.follow_rules(before)
        prepare.follow_rules([])
    assert asked == [], "nothing changed, or a new portal"
    RoleRule.objects.create(order=1, path="x/*", role="dataset-frame")
    with django_capture_on_commit_callbacks(execute=True):
        prepare.follow_rules(before)
    assert asked == [None]


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        ({"path": "models/*"}, {"models/a", "models/b"}),
        ({"name": "*.CKPT"}, {"models/a"}),
        ({"media_type": "application/x-safetensors"}, {"models/b", "z/c"}),
        ({"path": "models/*", "media_type": "application/x-safetensors"}, {"models/b"}),
        ({"path": "models/*", "name": "last.*"}, set()),
    ],
)
def test_a_rule_goes_by_path_by_name_and_by_what_the_bytes_are(
    source: Source, rule: dict[str, str], hits: set[str]
) -> None:
    """The bytes decide the kind, not the ending that somebody gave them."""
    RoleRule.objects.all().delete()
    RoleRule.objects.create(order=1, role="checkpoint", **rule)
    tensors = len(b"{}").to_bytes(8, "little") + b"{}"
    store(
        source,
        file("DOC-1", "models/a", b"hello\n", name="best.ckpt"),
        file("DOC-1", "models/b", tensors, name="best.txt"),
        file("DOC-1", "z/c", tensors, name="last.bin"),
    )
    found = Artifact.objects.filter(role="checkpoint").values_list("path", flat=True)
    assert set(found) == hits


def test_the_rules_that_a_portal_starts_with_know_the_kinds_that_are_recognised(db: None) -> None:
    asked = "|".join(rule.media_type for rule in RoleRule.objects.all())
    told = "".join(path.read_text() for path in Path("tracking/sniff").glob("*.py"))
    kinds = set(re.findall(r'"([a-z]+/[a-z0-9.+-]+)"', told))
    unknown = {one.strip() for one in asked.split("|") if not fnmatch.filter(kinds, one.strip())}
    assert unknown <= {""}


def test_a_changed_rule_is_for_files_that_are_there_already(source: Source) -> None:
    store(source, file("DOC-1", "x/special", b"1"), file("DOC-1", "y/other", b"2"))
    RoleRule.objects.create(order=1, path="x/*", role="dataset-frame")
    assert roles.reassign() is None
    assert dict(Artifact.objects.values_list("path", "role")) == {
        "x/special": "dataset-frame",
        "y/other": "other",
    }


def test_stored_files_are_looked_at_piece_by_piece(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "PIECE", 2)
    store(source, *(file("DOC-1", f"x/{number}", b"1") for number in range(5)))
    RoleRule.objects.create(order=1, path="x/*", role="dataset-frame")
    done, last = [], None
    while True:
        last = roles.reassign(last)
        done.append(Artifact.objects.filter(role="dataset-frame").count())
        if last is None:
            break
    assert done == [2, 4, 5]
