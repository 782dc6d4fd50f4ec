"""The tensors of a safetensors file: where they lie, and a digest of them alone.

Two files with the same weights may differ in every digest of their bytes: the order of
the metadata is another in each process that writes one, tensors may lie in another
order. Bytes come in pieces and are never loaded whole; nothing is kept but the head.
"""

import hashlib
import json
import struct
from dataclasses import dataclass
from math import prod
from typing import Any

FORM = "safetensors-v1"  # of the digest: another way to take it is another form
KIND = "application/x-safetensors"
LARGEST_HEAD = 100 * 2**20
LARGEST_WALKED = 16 * 2**20  # of a head that is kept while bytes stream through
BITS = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}


class NotIt(ValueError):
    """The bytes do not have this form."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """`size` in bytes; `numbers` it holds."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    size: int

    @property
    def numbers(self) -> int:
        return prod(self.shape)


def tensors(head: bytes) -> list[Tensor]:
    """In the order of their bytes, which they cover without a gap or an overlap; else NotIt."""
    try:
        told = json.loads(head)
        told.pop("__metadata__", None)
        spans = sorted(
            (*one["data_offsets"], name, _tensor(name, one)) for name, one in told.items()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotIt from None
    place = 0
    for start, stop, _, tensor in spans:
        if start != place or stop - start != tensor.size:
            raise NotIt
        place = stop
    return [tensor for _, _, _, tensor in spans]


def _tensor(name: str, told: dict[str, Any]) -> Tensor:
    shape = told["shape"]
    if any(not isinstance(side, int) or side < 0 for side in shape):
        raise NotIt
    return Tensor(name, told["dtype"], tuple(shape), prod(shape) * BITS[told["dtype"]] // 8)


class Digest:
    """Of the tensors of a file whose bytes are given piece by piece, from the first to the
    last. A file of another form costs one look at its first bytes."""

    def __init__(self) -> None:
        self._begun = bytearray()  # until the whole head is there
        self._tensors: list[Tensor] | None = None
        self._told: list[str] = []  # the sha256 of each tensor that is complete
        self._now = hashlib.sha256()
        self._left = 0  # bytes of the tensor that is being read
        self._over = False

    def update(self, piece: bytes) -> None:
        if self._over:
            return
        try:
            self._walk(memoryview(piece) if self._tensors is not None else self._head(piece))
        except NotIt:
            self._over = True
            self._begun.clear()

    def _head(self, piece: bytes) -> memoryview:
        """What lies behind the head, once that is whole."""
        self._begun += piece
        if len(self._begun) <= 8:
            return memoryview(b"")
        (length,) = struct.unpack_from("<Q", self._begun)
        if not 2 <= length <= LARGEST_WALKED or self._begun[8:9] != b"{":
            raise NotIt
        if len(self._begun) < 8 + length:
            return memoryview(b"")
        self._tensors = tensors(bytes(self._begun[8 : 8 + length]))
        behind = bytes(self._begun[8 + length :])
        self._begun.clear()
        self._left = self._tensors[0].size if self._tensors else 0
        return memoryview(behind)

    def _walk(self, body: memoryview) -> None:
        self._close()
        while body:
            if not self._left:
                raise NotIt  # bytes behind the last tensor
            part = body[: self._left]
            self._now.update(part)
            self._left -= len(part)
            body = body[len(part) :]
            self._close()

    def _close(self) -> None:
        """Go on to the next tensor that has bytes; some have none."""
        held = self._tensors or []
        while not self._left and len(self._told) < len(held):
            self._told.append(self._now.hexdigest())
            self._now = hashlib.sha256()
            self._left = held[len(self._told)].size if len(self._told) < len(held) else 0

    def told(self) -> str:
        """`safetensors-v1:` and the sha256 of lines of JSON, one a tensor, sorted by name:
        [name, dtype, shape, sha256 of its bytes]. Empty for what is not wholly such a file."""
        if self._over or self._tensors is None or len(self._told) < len(self._tensors):
            return ""
        pairs = zip(self._tensors, self._told, strict=True)
        rows = sorted((one.name, one.dtype, one.shape, sha256) for one, sha256 in pairs)
        lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        return f"{FORM}:{hashlib.sha256(lines.encode()).hexdigest()}"
