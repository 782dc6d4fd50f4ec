"""A digest of the tensors alone: the same for the same weights, however they are written."""

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.tensors import Digest

WEIGHTS = {"b": ("F32", [2], b"12345678"), "a": ("U8", [3], b"abc"), "none": ("F32", [0, 4], b"")}


def written(
    tensors: Mapping[str, tuple[str, Sequence[int], bytes]],
    order: Sequence[str] = ("b", "a", "none"),
    **metadata: str,
) -> bytes:
    """A file with the tensors' bytes, and the head's names, in this order."""
    head: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    body = b""
    for name in order:
        dtype, shape, content = tensors[name]
        span = [len(body), len(body) + len(content)]
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": span}
        body += content
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + body


def told(*pieces: bytes) -> str:
    digest = Digest()
    for piece in pieces:
        digest.update(piece)
    return digest.told()


HONEST = written(WEIGHTS)


def test_it_is_of_lines_that_anybody_can_write() -> None:
    lines = "".join(
        f'["{name}","{dtype}",{json.dumps(shape, separators=(",", ":"))},'
        f'"{hashlib.sha256(content).hexdigest()}"]\n'
        for name, (dtype, shape, content) in sorted(WEIGHTS.items())
    )
    assert told(HONEST) == f"safetensors-v1:{hashlib.sha256(lines.encode()).hexdigest()}"


@pytest.mark.parametrize(
    "other",
    [
        written(WEIGHTS, ("a", "none", "b")),
        written(WEIGHTS, ("none", "b", "a"), format="pt", epoch="3"),
    ],
)
def test_order_and_metadata_make_no_other_weights(other: bytes) -> None:
    assert other != HONEST
    assert told(other) == told(HONEST)


@given(st.lists(st.integers(0, len(HONEST)), max_size=6))
def test_it_is_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(HONEST)]
    pieces = [HONEST[start:stop] for start, stop in pairwise(edges)]
    assert told(*pieces) == told(HONEST)


@pytest.mark.parametrize(
    "changed",
    [
        {"a": ("U8", [3], b"abd")},
        {"a": ("I8", [3], b"abc")},
        {"b": ("F32", [2, 1], b"12345678")},
        {"b": ("U8", [3], b"abc"), "a": ("F32", [2], b"12345678")},
    ],
)
def test_other_numbers_types_shapes_or_names_are_others(
    changed: dict[str, tuple[str, list[int], bytes]],
) -> None:
    other = told(written(WEIGHTS | changed))
    assert other.startswith("safetensors-v1:")
    assert other != told(HONEST)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        HONEST[:-1],
        HONEST + b"x",
        HONEST[:40],
        HONEST.replace(b"F32", b"X32"),
        struct.pack("<Q", 1 << 60) + b"{" + bytes(100),
        struct.pack("<Q", 8) + b"[" * 8,
        b"import torch\n" * 99,
    ],
)
def test_what_is_not_wholly_such_a_file_has_none(content: bytes) -> None:
    assert told(content) == told(*(content[at : at + 1] for at in range(len(content)))) == ""


def test_a_file_without_tensors_has_the_digest_of_nothing() -> None:
    assert told(written({}, ())) == f"safetensors-v1:{hashlib.sha256(b'').hexdigest()}"
