"""What is known of a run, and how well."""

import io
import json
import struct
import zipfile

import pytest
from django.core.cache import cache

from handoff import draft, facts
from handoff.facts import frame, lock, metrics, weights
from handoff.pages.draft import numbers_of
from tests.handoff import making
from tracking.blobs import path_of
from tracking.models import Artifact, Blob


@pytest.fixture(autouse=True)
def nothing_read_yet():
    cache.clear()


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", "add_record", "seal_record", source=lab)


def known(run, by):
    return facts.read(draft.start(run, by=by), by)


def grades(run, by):
    return {one.name: one.grade for one in known(run, by).facts}


def test_each_fact_of_a_whole_run_has_its_grade(lab, anna):
    run = making.whole_run(lab)
    task = making.task(lab, "DOC-42", sprint=making.sprint(lab))
    claim = making.task(lab, "DOC-2698", parent=task, hypothesis=True, sprint=task.sprint)
    making.tag(run, "DOC-2698")
    making.hypothesis(claim, by=anna)
    making.verdict(claim, run, by=anna)
    assert grades(run, anna) == {
        "sprint": "imported",
        "task": "imported",
        "hypothesis": "stated",
        "verdict": "stated",
        "run": "imported",
        "snapshot": "verified",
        "commit": "imported",
        "dirty": "imported",
        "entry_point": "missing",
        "sources": "verified",
        "parameters": "imported",
        "seeds": "imported",
        "metrics": "imported",
        "splits": "imported",
        "decision_metric": "stated",
        "frame": "verified",
        "classes": "verified",
        "lock": "verified",
        "checkpoint": "verified",
        "inference": "verified",
        "inference_command": "missing",
        "augmentation": "verified",
        "roc": "verified",
        "confusion_matrix": "verified",
        "input": "verified",
        "expected": "verified",
        "tolerance": "imported",
        "licence": "missing",
        "intended_use": "missing",
        "limitations": "missing",
    }


def test_the_figures_and_words_of_the_work_are_copied(lab, anna):
    run = making.whole_run(lab)
    task = making.task(lab, "DOC-42", sprint=making.sprint(lab))
    claim = making.task(lab, "DOC-2698", parent=task, hypothesis=True, sprint=task.sprint)
    making.tag(run, "DOC-2698")
    making.hypothesis(claim, by=anna)
    making.verdict(claim, run, by=anna, outcome="refuted")
    told = known(run, anna)
    value = told.fact("hypothesis").value
    assert (value["key"], value["claim"]) == ("DOC-2698", "Focal loss lifts F1")
    assert (value["best"], value["threshold"], value["meets"]) == (0.92, 0.9, True)
    assert told.fact("task").value["key"] == "DOC-42"
    assert told.fact("sprint").value["number"] == 49
    assert told.fact("verdict").concern == "the hypothesis is refuted"
    assert told.fact("decision_metric").value["reached"] == 0.92


def test_what_was_reached_is_the_same_number_wherever_a_record_tells_it(lab, anna):
    """An accuracy of 0.1 in the first epoch does not meet "at most 0.6"."""
    run = making.run(lab)
    making.metric(run, "valid/accuracy", 0.8, low=0.1, high=0.82, points=5)
    claim = making.task(lab, "DOC-7", hypothesis=True)
    making.tag(run, "DOC-7")
    made = making.hypothesis(claim, by=anna, metric="valid/accuracy", threshold=0.6)
    made.direction = "min"
    made.save()
    told = known(run, anna)
    hypothesis, decision = told.fact("hypothesis").value, told.fact("decision_metric").value
    assert (hypothesis["best"], hypothesis["meets"]) == (0.82, False)
    assert (decision["reached"], decision["met"]) == (0.82, False)
    assert numbers_of(told.facts).rows[0].cells == [0.82]


def test_an_empty_run_lacks_everything_with_a_reason(lab, anna):
    gaps = [{"what": "commit", "why": "not in the archive"}]
    run = making.run(lab, parameters={}, code={}, gaps=gaps)
    told = known(run, anna)
    lacking = [one for one in told.facts if one.grade == "missing"]
    assert all(one.note for one in lacking)
    assert {"commit", "parameters", "metrics", "checkpoint", "frame", "lock"} <= {
        one.name for one in lacking
    }
    assert told.fact("commit").note == "not in the archive"


def test_a_file_without_bytes_says_why(lab, anna):
    run = making.run(lab)
    making.file(run, "model/checkpoint", None, "checkpoint", missing="not in the archive")
    fact = known(run, anna).fact("checkpoint")
    assert (fact.grade, fact.note) == ("missing", "model/checkpoint: not in the archive")


def test_a_changed_tree_is_a_concern(lab, anna):
    run = making.run(lab, code={"commit": "a" * 40, "dirty": True})
    assert known(run, anna).fact("dirty").concern.endswith("not kept")
    making.file(run, "source_code/diff", b"+1\n", "source-diff")
    assert known(run, anna).fact("dirty").concern.endswith("attached")


def test_reading_costs_the_same_however_many_files_a_run_has(lab, anna, django_assert_num_queries):
    for handle, files in (("DOC-1", 1), ("DOC-2", 60)):
        run = making.whole_run(lab, handle)
        claim = making.task(lab, f"CLAIM-{files}", hypothesis=True)
        making.tag(run, claim.name)
        for at in range(files):
            making.file(run, f"source_code/files/f{at}.py", b"pass\n", "training-code")
        record = draft.start(run, by=anna)
        fresh = type(anna).objects.get(pk=anna.pk)
        with django_assert_num_queries(18):
            facts.read(record, fresh)


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("test/roc_auc", "roc_auc"),
        ("val_loss", "loss"),
        ("f1/valid", "f1"),
        ("metrics/train/f1_best", "metrics/f1_best"),
        ("latency_ms", "latency_ms"),
        ("test", "test"),
    ],
)
def test_a_measure_is_its_name_without_the_split(name, rest):
    assert metrics.measure(name) == rest


# ── which files, and where ───────────────────────────────────────────────────


def paths(run, by):
    return {one.path: one.source_path for one in known(run, by).files}


def test_files_lie_in_folders_by_what_they_are_for(lab, anna):
    assert paths(making.whole_run(lab), anna) == {
        "model/best.safetensors": "model/checkpoint_best",
        "code/inference/infer.py": "inference/code",
        "code/augmentation/aug.py": "augmentation/script",
        "code/src/train.py": "source_code/files/src/train.py",
        "data/frame.csv": "dataset/frame",
        "env/requirements.txt": "environment/requirements",
        "plots/roc.png": "plots/roc_auc",
        "plots/cm.png": "plots/confusion_matrix",
        "probe/input.csv": "probe/input",
        "probe/expected.csv": "probe/expected",
    }


def test_code_keeps_its_tree_whatever_a_file_of_it_is_for(lab, anna):
    run = making.run(lab)
    making.file(run, "source_code/files/training/augment.py", b"1", "augmentation-code")
    making.file(run, "source_code/files/training/fit.py", b"2", "training-code")
    assert sorted(paths(run, anna)) == ["code/training/augment.py", "code/training/fit.py"]


def test_names_that_differ_in_case_only_get_numbers(lab, anna):
    run = making.run(lab)
    making.file(run, "plots/ROC.png", b"1", "plot:roc")
    making.file(run, "plots/roc.png", b"2", "plot:roc")
    assert sorted(paths(run, anna)) == ["plots/ROC.png", "plots/roc-2.png"]


def test_a_path_that_climbs_stays_in_its_folder(lab, anna):
    run = making.run(lab)
    making.file(run, "../../etc/cron.d/x", b"1", "checkpoint", name="..\\..\\evil.bin")
    assert list(paths(run, anna)) == ["model/etc/cron.d/evil.bin"]


@pytest.mark.parametrize("chosen", ["", "model/epoch"])
def test_one_checkpoint_goes_the_chosen_one_or_the_best(lab, anna, chosen):
    run = making.run(lab)
    making.file(run, "model/best", making.safetensors(3), "checkpoint")
    making.file(run, "model/epoch", making.safetensors(5), "checkpoint", step=9)
    record = draft.start(run, by=anna)
    draft.state(record, {"checkpoint": chosen}, by=anna)
    record.refresh_from_db()
    taken = [one.source_path for one in facts.read(record, anna).files]
    assert taken == [chosen or "model/best"]


def test_weights_that_are_recognised_go_before_what_a_rule_only_calls_a_checkpoint(lab, anna):
    run = making.run(lab)
    making.file(run, "model/weights", making.safetensors(3), "checkpoint")
    making.file(run, "training/best_checkpoint.py", b"import torch\n", "checkpoint")
    record = draft.start(run, by=anna)
    told = facts.read(record, anna)
    assert [one.source_path for one in told.files] == ["model/weights"]
    assert [one.path for one in facts.optional(told.gathered)] == ["training/best_checkpoint.py"]
    record = draft.state(record, {"files": ["training/best_checkpoint.py"]}, by=anna)
    assert facts.read(record, anna).files[-1].path == "more/training/best_checkpoint.py"


def test_other_files_go_when_a_person_says_so(lab, anna):
    run = making.whole_run(lab)
    record = draft.start(run, by=anna)
    assert [one.path for one in facts.optional(facts.read(record, anna).gathered)] == [
        "labels.json",
        "monitoring/stdout",
    ]
    record = draft.state(record, {"files": ["labels.json"]}, by=anna)
    assert facts.read(record, anna).files[-1].path == "more/labels.json"


# ── the readers ──────────────────────────────────────────────────────────────


def read(reader, content):
    return reader(io.BytesIO(content), len(content))


def test_a_frame_is_counted(lab):
    told = read(frame.read, making.table(("path", "Label", "split"), ("a", 1, "train"), ("b", 2)))
    assert told == {
        "rows": 2,
        "columns": ["path", "Label", "split"],
        "classes": {"column": "Label", "counts": {"1": 1, "2": 1}},
        "splits": {"column": "split", "counts": {"train": 1}},
        "uneven": 1,
        "whole": True,
    }


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "0 columns"),
        (b"\xff\xfe\x00a,b", "utf-8"),
        (b"a,b\n" + b"x" * (1 << 20) + b"y", "longer"),
        (b'a,b\n"' + b"x," * 100_000 + b'"\n', "field larger"),
    ],
)
def test_what_is_no_table_says_so(content, word):
    assert word in read(frame.read, content)["trouble"]


def test_a_column_with_a_value_a_row_is_no_class():
    rows = ((f"{at}",) for at in range(frame.MOST_CLASSES + 5))
    told = read(frame.read, making.table(("label",), *rows))
    assert told["rows"] == frame.MOST_CLASSES + 5
    assert told["classes"] is None


def test_a_large_frame_is_counted_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(frame, "MOST_BYTES", 100)
    told = read(frame.read, making.table(("label",), *((at,) for at in range(200))))
    assert told["whole"] is False
    assert 0 < told["rows"] < 100


LOCKS = [
    (b"numpy==2.3.0 \\\n    --hash=sha256:aa\n# note\nscipy==1.16\n", "requirements", 2, 2, 1),
    (b"numpy>=2\n", "requirements", 1, 0, 0),
    (
        b"""lock-version = "1.0"
[[packages]]
name = "a"
version = "1"
[[packages.wheels]]
url = "u"
hashes = {sha256 = "aa"}
""",
        "pylock",
        1,
        1,
        1,
    ),
    (
        b"""version = 1
[[package]]
name = "me"
source = {virtual = "."}
[[package]]
name = "a"
source = {registry = "https://r.test"}
sdist = {url = "u", hash = "sha256:aa"}
""",
        "uv",
        1,
        1,
        1,
    ),
]


@pytest.mark.parametrize(("content", "kind", "packages", "pinned", "hashed"), LOCKS)
def test_a_lock_is_recognised_by_what_it_says(content, kind, packages, pinned, hashed):
    assert read(lock.read, content) == {
        "kind": kind,
        "packages": packages,
        "pinned": pinned,
        "hashed": hashed,
    }


def test_what_is_no_lock_says_so():
    assert "no text" in read(lock.read, b"\xff\x00")["trouble"]
    assert "no list" in read(lock.read, b"{json: true}")["trouble"]


def npz(*arrays):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for at, (descr, shape) in enumerate(arrays):
            head = str({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
            start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head))
            archive.writestr(f"a{at}.npy", start + head)
    return content.getvalue()


def test_weights_that_only_hold_numbers_are_inert():
    assert read(weights.read, making.safetensors(5)) == {
        "format": "safetensors",
        "inert": True,
        "tensors": 1,
        "numbers": 5,
    }
    assert read(weights.read, npz(("<f4", (2, 3)), ("<i8", ())))["numbers"] == 7
    assert read(weights.read, b"GGUF" + struct.pack("<IQQ", 3, 2, 0))["inert"]


HONEST = making.safetensors(5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04cos\nsystem\n",
        HONEST + b"more",
        HONEST[:-1],
        HONEST.replace(b'"shape": [5]', b'"shape": [4]'),
        HONEST.replace(b"F32", b"X32"),
        struct.pack("<Q", 1 << 60) + b"{",
        npz(("|O", (2,))),
        npz(),
        b"GGUF\x09\0\0\0" + bytes(20),
    ],
)
def test_everything_else_counts_as_code(content):
    assert read(weights.read, content) == {"format": "", "inert": False}


def test_a_pickled_checkpoint_is_a_concern(lab, anna):
    run = making.run(lab)
    making.file(
        run, "model/checkpoint", b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00.", "checkpoint"
    )
    fact = known(run, anna).fact("checkpoint")
    assert fact.grade == "verified"
    assert fact.concern == "it may run code when it is loaded"
    assert fact.value["runs_code_when_loaded"] is True


def test_lost_bytes_are_said_not_raised(lab, anna):
    """Also of a file that was read before, and is remembered."""
    run = making.whole_run(lab, salt=1.5)
    assert known(run, anna).fact("frame").concern == ""
    held = Artifact.objects.get(run=run, role="dataset-frame")
    away = path_of(held.blob_id)
    content = away.read_bytes()
    away.unlink()
    try:
        fact = known(run, anna).fact("frame")
    finally:
        away.write_bytes(content)
    assert fact.concern == "its bytes are no longer in the store"


@pytest.mark.parametrize(
    ("role", "name"), [("checkpoint", "checkpoint"), ("inference-code", "inference")]
)
def test_damaged_bytes_are_said(lab, anna, role, name):
    run = making.whole_run(lab)
    Blob.objects.filter(artifacts__run=run, artifacts__role=role).update(corrupt=True)
    assert known(run, anna).fact(name).concern.endswith("not those that came in")


def test_a_file_is_read_once_for_each_content(lab, anna, monkeypatch):
    record = draft.start(making.whole_run(lab), by=anna)
    facts.read(record, anna)
    monkeypatch.setattr(frame, "read", lambda *_: pytest.fail("read again"))
    facts.read(record, anna)
    with pytest.raises(pytest.fail.Exception):
        facts.read(record, anna, fresh=True)


def test_facts_are_json(lab, anna):
    told = known(making.whole_run(lab), anna).as_json()
    assert list(told) == list(facts.SECTIONS)
    assert json.loads(json.dumps(told))["code"]["commit"]["grade"] == "imported"
