"""Names of files in a bundle."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.naming import RESERVED, distinct, folded, safe_path


@given(st.text(max_size=60))
def test_any_path_becomes_one_that_unpacks_anywhere(path):
    safe = safe_path(path)
    assert safe == unicodedata.normalize("NFC", safe)
    assert safe.isprintable()
    assert not safe.startswith("/")
    for part in safe.split("/"):
        assert part not in {"", ".", ".."}
        assert not set(part) & set('<>:"|?*\\')
        assert not RESERVED.fullmatch(part)
        assert part == part.rstrip(". ")
        assert len(part.encode()) <= 121


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("model/best.safetensors", "model/best.safetensors"),
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/./x", "abs/x"),
        ("C:\\Users\\a.txt", "C_/Users/a.txt"),
        ("nul.csv", "_nul.csv"),
        ("a\u0301.txt", "\u00e1.txt"),
        ("..", "file"),
        ("x" * 200 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_some_paths(path, safe):
    assert safe_path(path) == safe


@given(st.lists(st.sampled_from(["a/b.txt", "A/B.txt", "a/b-2.txt", "a/ß", "a/SS"]), max_size=9))
def test_no_two_names_are_alike_in_any_case(paths):
    taken = set()
    given_out = [distinct(path, taken) for path in paths]
    assert len({folded(path) for path in given_out}) == len(paths)
