"""What a checkpoint is, by strict reading: does opening it only read numbers?

A scanner that finds nothing proves nothing, so inert is what our own readers
took apart to its last byte. Everything else counts as code.
"""

import ast
import struct
import zipfile
from math import prod
from typing import Any, BinaryIO

from handoff.facts.readings import Reading
from tracking.tensors import LARGEST_HEAD, NotIt, tensors

MOST_ARRAYS = 100_000
CODE = {
    "application/x-pytorch": "PyTorch",
    "application/x-pickle": "pickle",
    "application/x-joblib": "joblib",
    "application/x-keras": "Keras",
    "application/x-hdf5": "HDF5",
}


def read(stream: BinaryIO, size: int) -> Reading:
    """{format, inert, tensors, numbers}; format is empty for what is not known."""
    for name, form in (("safetensors", safetensors), ("npz", npz), ("gguf", gguf)):
        try:
            stream.seek(0)
            return {"format": name, "inert": True, **form(stream, size)}
        except (NotIt, struct.error, RuntimeError, zipfile.BadZipFile):
            continue
    return {"format": "", "inert": False}


def safetensors(stream: BinaryIO, size: int) -> Reading:
    """The head's tensors must cover the rest of the file, without a gap or an overlap."""
    (length,) = struct.unpack("<Q", stream.read(8))
    if not 2 <= length <= min(LARGEST_HEAD, size - 8):
        raise NotIt
    held = tensors(stream.read(length))
    if sum(one.size for one in held) != size - 8 - length:
        raise NotIt
    return {"tensors": len(held), "numbers": sum(one.numbers for one in held)}


def npz(stream: BinaryIO, _size: int) -> Reading:
    """NumPy arrays in a zip, none of them of Python objects (those are pickled)."""
    numbers = 0
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if not members or len(members) > MOST_ARRAYS:
            raise NotIt
        for member in members:
            if not member.filename.endswith(".npy"):
                raise NotIt
            with archive.open(member) as array:
                numbers += _npy(array.read(10), array)
    return {"tensors": len(members), "numbers": numbers}


def _npy(start: bytes, rest: Any) -> int:
    """The number of values that a .npy file's head tells of."""
    if start[:6] != b"\x93NUMPY":
        raise NotIt
    wide = start[6] > 1
    length = (
        struct.unpack("<I", start[8:10] + rest.read(2))[0] if wide else start[8] + 256 * start[9]
    )
    if length > 1 << 16:
        raise NotIt
    try:
        head = ast.literal_eval(rest.read(length).decode("latin-1").strip())
        described, shape = str(head["descr"]), head["shape"]
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        raise NotIt from None
    if "O" in described:
        raise NotIt
    return prod(int(side) for side in shape)


def gguf(stream: BinaryIO, _size: int) -> Reading:
    magic, version, tensors = struct.unpack("<4sIQ", stream.read(16))
    if magic != b"GGUF" or not 2 <= version <= 3 or tensors > MOST_ARRAYS:
        raise NotIt
    return {"tensors": tensors, "numbers": None}
