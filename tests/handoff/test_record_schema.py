"""docs/record.schema.json says what record.json is."""

import json
from pathlib import Path

import jsonschema
import pytest

from handoff.draft import start, state
from handoff.seal import SCHEMA, seal
from tests.handoff import making

PLACE = Path(__file__).parents[2] / "docs" / "record.schema.json"
STATED = {
    "licence": "MIT",
    "limitations": "digits only",
    "inference_command": "python code/inference/infer.py {checkpoint} {input} {output}",
    "decision_metric": {"name": "test/f1", "threshold": 0.9},
    "files": ["labels.json"],
}


@pytest.fixture
def check():
    schema = json.loads(PLACE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == SCHEMA
    return jsonschema.Draft202012Validator(schema).validate


@pytest.fixture
def words(db):
    """A full record, and then a bare one that follows it."""
    lab = making.source()
    anna = making.person("anna", source=lab)
    run = making.whole_run(lab)
    task = making.task(lab, "DOC-42", sprint=making.sprint(lab))
    claim = making.task(lab, "DOC-2698", parent=task, hypothesis=True, sprint=task.sprint)
    making.tag(run, "DOC-2698")
    making.hypothesis(claim, by=anna)
    making.verdict(claim, run, by=anna)
    full = seal(state(start(run, by=anna), STATED, by=anna), by=anna)
    bare = making.run(lab, "DOC-118", parameters={}, code={}, state="unknown")
    making.file(bare, "model/checkpoint", b"\x80\x04K\x01.", "checkpoint")
    last = seal(start(bare, by=anna), by=anna)
    return [json.loads(bytes(one.body)) for one in (full, last)]


def test_full_and_bare_records_keep_to_the_schema(check, words):
    for one in words:
        check(one)
    assert words[1]["previous"]["version"] == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda record: record.pop("previous"),
        lambda record: record.update(approved=True),
        lambda record: record["files"][0].update(sha256="0"),
        lambda record: record["files"][0].update(path="../x"),
        lambda record: record["files"].append(record["files"][0]),
        lambda record: record["facts"].pop("use"),
        lambda record: record["facts"]["code"]["commit"].update(grade="certain"),
        lambda record: record["facts"]["code"]["commit"].update(value=None),
        lambda record: record["facts"]["use"]["intended_use"].update(reason=""),
    ],
)
def test_a_record_that_is_none_is_refused(check, words, harm):
    harm(words[0])
    with pytest.raises(jsonschema.ValidationError):
        check(words[0])
