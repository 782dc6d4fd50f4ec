"""The sample's hand-off candidate, from the archive to answers on another machine."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from django.test import RequestFactory

from handoff import bundle
from handoff.draft import start, state
from handoff.seal import seal

COMMAND = "python code/inference/code.py {checkpoint} {input} {output}"


@pytest.fixture
def folder(form53, lead, tmp_path):
    record = state(start(form53, by=lead), {"inference_command": COMMAND}, by=lead)
    answer = bundle.serve_bundle(RequestFactory().get("/"), seal(record, by=lead))
    path = tmp_path / "b.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "form-reading-v1"


def reproduce(folder):
    done = subprocess.run(
        ["sh", "reproduce.sh", "--here"],
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_sealed_model_answers_the_probe_as_when_it_was_trained(folder):
    status, words = reproduce(folder)
    assert status == 0, words
    told = json.loads(words.splitlines()[-1])
    assert (told["reproduced"], told["lines"]) == (True, 17)


def test_other_weights_do_not(folder):
    """Digests aside: the probe notices what the weights do."""
    script = (folder / "reproduce.sh").read_text()
    (folder / "reproduce.sh").write_text(script.replace('"$python" verify.py', "true"))
    path = folder / "model" / "checkpoint_best.safetensors"
    content = bytearray(path.read_bytes())
    content[-400:] = bytes(400)
    path.write_bytes(content)
    status, words = reproduce(folder)
    assert status == 1
    assert json.loads(words.splitlines()[-1])["max_abs_diff"] > 1e-6
