"""A zoo of files: real ones where a library here can make them, else by their form."""

import gzip
import io
import json
import pickle
import struct
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tracking.sniff import HEAD, sniff

SAMPLES = Path(__file__).parents[1] / "data" / "neptune_archive" / "files"
NOTEBOOK = {
    "cells": [{"cell_type": "code", "metadata": {}, "source": ["x = 1\n"] * 50, "outputs": []}],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
SOURCE = '''"""Augmentations."""

import numpy as np


def flip(image):
    if image.ndim == 2:
        return image[:, ::-1]
    return np.flip(image, axis=1)


class Noise:
    strength = 0.1
'''
PROSE = (
    "First we trained it on all of the pages, then we looked at what it did.\n"
    "After that we trained it again with much less noise, and it was better.\n"
)
CSV = "path,label,split\n" + "".join(f"img/{n}.png,{n % 3},train\n" for n in range(40))


def image(form: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(made, form)
    return made.getvalue()


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in names:
            out.writestr(name, b"x" * 100)
    return made.getvalue()


def npy() -> bytes:
    made = io.BytesIO()
    np.save(made, np.arange(3))
    return made.getvalue()


def npz() -> bytes:
    made = io.BytesIO()
    np.savez(made, a=np.arange(3), b=np.arange(4))
    return made.getvalue()


def parquet() -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), made)
    return made.getvalue()


def safetensors() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * 4


def tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as out:
        out.addfile(tarfile.TarInfo("a"))
    return made.getvalue()


def onnx() -> bytes:
    return b'\x08\x09\x12\x07pytorch\x1a\x052.1.0:\x0c\n\n\n\x01x\x12\x01y"\x02Id'


def weights(protocol: int) -> bytes:
    return pickle.dumps({"state": [1.0, 2.0], "epoch": 3}, protocol=protocol)


TORCH_OLD = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."

ZOO = [
    (image("PNG"), "image/png", ".png"),
    (image("JPEG"), "image/jpeg", ".jpg"),
    (image("GIF"), "image/gif", ".gif"),
    (image("WEBP"), "image/webp", ".webp"),
    (image("TIFF"), "image/tiff", ".tif"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf", ".pdf"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml", ".svg"),
    (b'<?xml version="1.0"?>\n<!-- plot -->\n<!DOCTYPE svg>\n<svg/>', "image/svg+xml", ".svg"),
    (b"<!DOCTYPE html>\n<p>report", "text/html", ".html"),
    (b"\n <!-- x --><html lang=en>", "text/html", ".html"),
    (b"<h1>Report</h1>", "text/html", ".html"),
    (b"<script>alert(1)</script>", "text/html", ".html"),
    (b"<config><a>1</a></config>", "application/xml", ".xml"),
    (zipped("a.py", "b/c.txt"), "application/zip", ".zip"),
    (zipped(), "application/zip", ".zip"),
    (zipped("archive/data.pkl", "archive/data/0"), "application/x-pytorch", ".pt"),
    (npz(), "application/x-npz", ".npz"),
    (zipped("metadata.json", "config.json", "model.weights.h5"), "application/x-keras", ".keras"),
    (TORCH_OLD, "application/x-pytorch", ".pt"),
    (gzip.compress(b"hello", mtime=0), "application/gzip", ".gz"),
    (gzip.compress(tar(), mtime=0), "application/gzip", ".tar.gz"),
    (tar(), "application/x-tar", ".tar"),
    (parquet(), "application/vnd.apache.parquet", ".parquet"),
    (npy(), "application/x-npy", ".npy"),
    (safetensors(), "application/x-safetensors", ".safetensors"),
    (onnx(), "application/x-onnx", ".onnx"),
    (weights(2), "application/x-pickle", ".pkl"),
    (weights(3), "application/x-pickle", ".pkl"),
    (weights(4), "application/x-pickle", ".pkl"),
    (weights(5), "application/x-pickle", ".pkl"),
    (zlib.compress(weights(4)), "application/x-joblib", ".joblib"),
    (zlib.compress(weights(3), 9), "application/x-joblib", ".joblib"),
    (zlib.compress(b"no pickle"), "application/zlib", ".zlib"),
    (b"\x89HDF\r\n\x1a\n\0\0", "application/x-hdf5", ".h5"),
    (b"\x7fELF\x02\x01\x01\0", "application/x-executable", ""),
    (json.dumps(NOTEBOOK).encode(), "application/x-ipynb+json", ".ipynb"),
    (json.dumps(NOTEBOOK, indent=1).encode()[:300], "application/x-ipynb+json", ".ipynb"),
    (json.dumps({"a": [1, 2]}).encode(), "application/json", ".json"),
    (json.dumps({"cells": [1], "name": "table"}).encode(), "application/json", ".json"),
    (json.dumps([{"a": "b" * 50}] * 9).encode()[:200], "application/json", ".json"),
    (b'{"a": 1}\n{"a": 2}\n{"a": 3}\n', "application/x-ndjson", ".jsonl"),
    (b"[" * 50_000 + b"]" * 50_000, "application/json", ".json"),
    (CSV.encode(), "text/csv", ".csv"),
    (CSV.encode()[:300], "text/csv", ".csv"),
    ("\ufeffa;b\n1;2\n".encode(), "text/csv", ".csv"),
    (b"a\tb\n1\t2\n", "text/tab-separated-values", ".tsv"),
    (b'name,note\nx,"one, two"\ny,z\n', "text/csv", ".csv"),
    (SOURCE.encode(), "text/x-python", ".py"),
    (SOURCE.encode()[:150], "text/x-python", ".py"),
    (b"import os\n\n\ndef f(x):\n    return os.path.join(x, 'a", "text/x-python", ".py"),
    (b"#!/usr/bin/env python3\nprint 'two'\n", "text/x-python", ".py"),
    (b"print('hello')\n", "text/x-python", ".py"),
    (b"#!/bin/sh\nset -e\n", "text/x-shellscript", ".sh"),
    (b"lr: 0.001\noptimizer:\n  name: adam\n  betas:\n    - 0.9\n", "application/yaml", ".yaml"),
    (b"---\na\n", "application/yaml", ".yaml"),
    (b'[train]\nlr = 0.1\nname = "b0"\n', "application/toml", ".toml"),
    (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "text/x-diff", ".diff"),
    (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "text/x-diff", ".diff"),
    (b"numpy==2.3.0\ntorch==2.9.0\n", "text/plain", ".txt"),
    (b"Hello, this is a sentence.\nAnd here, too, is another one.\n", "text/plain", ".txt"),
    (PROSE.encode(), "text/plain", ".txt"),
    (b"INFO: started\nINFO: done\nINFO: gone\n", "text/plain", ".txt"),
    ("Größe und Maß\n".encode(), "text/plain", ".txt"),
    ("Größe und Maß, und noch mehr\n".encode("latin-1"), "text/plain", ".txt"),
    ("wide\n".encode("utf-16"), "text/plain", ".txt"),
    (("ü" * 100).encode()[:-1], "text/plain", ".txt"),
    (b"\xef\xbb\xbf", "text/plain", ".txt"),
    (b"\n", "text/plain", ".txt"),
    (b"0.93", "text/plain", ".txt"),
    (bytes(range(256)), "application/octet-stream", ""),
    (b"BZ and more text\n", "text/plain", ".txt"),
    (b"MZ is how this text begins\n", "text/plain", ".txt"),
    (b"x\0y", "application/octet-stream", ""),
]


@pytest.mark.parametrize(("content", "media_type", "ending"), ZOO)
def test_a_file_is_known_by_its_bytes_alone(content: bytes, media_type: str, ending: str) -> None:
    found = sniff(content[:HEAD], path="model/checkpoint_best", name="")
    assert (found.media_type, found.ending) == (media_type, ending)


@pytest.mark.parametrize(("content", "media_type", "ending"), ZOO)
def test_no_name_makes_a_structured_file_into_another(
    content: bytes, media_type: str, ending: str
) -> None:
    for name in ("x.png", "x.html", "x.svg", "x.pt", "x.exe", "x.json", "x.ipynb"):
        found = sniff(content[:HEAD], path="a/b", name=name)
        assert found.media_type == media_type
        if ending and not name.endswith(ending):
            surprised = f"named .{name[2:]}, and is {media_type}" in found.notes
            assert surprised or (ending, name) in EXPECTED_PAIRS


EXPECTED_PAIRS = {
    (".zip", "x.pt"),
    (".pkl", "x.pt"),
    (".jsonl", "x.json"),
}


@pytest.mark.parametrize(
    ("content", "name", "media_type", "ending"),
    [
        (b"# Title\n\nSome *words*.\n", "README.md", "text/markdown", ".md"),
        (b"# Title\n\nSome *words*.\n", "", "text/plain", ".txt"),
        (b"lr = 0.1\nepochs = 3\n", "config.py", "text/x-python", ".py"),
        (b"lr = 0.1\nepochs = 3\n", "config.toml", "application/toml", ".toml"),
        (b"one column\n1\n2\n", "labels.csv", "text/csv", ".csv"),
        (b"just words\n", "notes.py", "text/plain", ".txt"),
        (b"just words\n", "page.html", "text/plain", ".txt"),
        (b"alert(1)\n", "page.svg", "text/x-python", ".py"),
        (b"just words\n", "x.json", "text/plain", ".txt"),
    ],
)
def test_a_name_chooses_between_forms_that_fit(
    content: bytes, name: str, media_type: str, ending: str
) -> None:
    found = sniff(content, path="p", name=name)
    assert (found.media_type, found.ending) == (media_type, ending)


def test_the_ending_may_stand_in_the_path_when_the_name_is_lost() -> None:
    assert sniff(b"# Title\n", path="docs/README.md", name="").ending == ".md"
    assert sniff(b"# Title\n", path="docs.md/README", name="").ending == ".txt"
    assert sniff(b"words\n", path="model/v1.2", name="").notes == ()


def test_what_can_run_code_says_so() -> None:
    for content in (weights(4), TORCH_OLD, zipped("a/data.pkl"), zlib.compress(weights(4))):
        assert "pickled: opening it can run any code" in sniff(content, path="m").notes
    for content in (b"<svg/>", b"<html>", b"<a href=x>"):
        assert "may hold scripts" in sniff(content, path="m").notes
    assert "pickled: opening it can run any code" in sniff(gzip.compress(weights(4))).notes


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.JPG"])
def test_other_spellings_of_an_ending_are_no_surprise(name: str) -> None:
    assert sniff(image("JPEG"), name=name).notes == ()


def test_usual_endings_of_checkpoints_are_no_surprise() -> None:
    for name in ("best.pth", "best.ckpt", "pytorch_model.bin", "best.pt"):
        assert sniff(zipped("a/data.pkl"), name=name).notes == (
            "pickled: opening it can run any code",
        )


def test_an_empty_file_is_said_to_be_empty() -> None:
    found = sniff(b"", path="__init__.py")
    assert (found.media_type, found.ending, found.notes) == (
        "application/octet-stream",
        ".py",
        ("empty",),
    )


def test_the_files_of_a_2x_export_get_their_endings_back() -> None:
    endings = {
        path.relative_to(path.parents[1]).as_posix(): sniff(path.read_bytes()[:HEAD]).ending
        for path in SAMPLES.glob("*/acme/*/DOC-1/*/*")
        if path.is_file()
    }
    assert endings == {
        "plots/roc_auc": ".png",
        "plots/confusion_matrix": ".png",
        "plots/report": ".html",
        "model/checkpoint_best": "",
        "dataset/train_info": ".csv",
        "dataset/valid_info": ".csv",
        "augmentation/script": ".py",
        "inference/code": ".py",
        "source_code/diff": ".diff",
        "source_code/requirements": ".txt",
    }


@given(st.binary(max_size=300), st.text(max_size=20))
def test_no_bytes_and_no_name_raise_anything(content: bytes, name: str) -> None:
    found = sniff(content, path=name, name=name)
    assert "/" in found.media_type


@given(st.sampled_from([one[0] for one in ZOO]), st.integers(0, 400), st.binary(max_size=8))
def test_damaged_beginnings_raise_nothing(content: bytes, place: int, noise: bytes) -> None:
    broken = content[:place] + noise + content[place + len(noise) :]
    assert "/" in sniff(broken[:HEAD]).media_type
    assert "/" in sniff(content[:place]).media_type


@pytest.mark.parametrize(
    "content",
    [
        b"(" * HEAD,
        b"[" * HEAD,
        b'{"a":' * (HEAD // 5),
        b"<!--" * (HEAD // 4),
        b"a: " * (HEAD // 3),
        b"a." * (HEAD // 2) + b"a = 1",
        (b"a." * 900 + b"a = 1\n") * 36,
        b"x = " * (HEAD // 4),
        b'"' * HEAD,
        b"a,\n" * (HEAD // 3),
        b"\n" * HEAD,
        b"- " * (HEAD // 2),
        b"-" * HEAD,
        b"lambda: " * (HEAD // 8),
        b"not " * (HEAD // 4),
        b"def f(\n" * (HEAD // 7),
        b"PK\x03\x04" * (HEAD // 4),
        b"1" * HEAD,
        b"[[a]]\n" * (HEAD // 6),
    ],
)
def test_hostile_beginnings_cost_little(content: bytes) -> None:
    before = time.process_time()
    sniff(content)
    assert time.process_time() - before < 3
