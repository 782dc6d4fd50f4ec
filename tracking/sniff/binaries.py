"""Forms with a signature, and those that can be told by their first structure."""

import re
import struct
import zlib
from collections.abc import Callable

from tracking.sniff.sniffed import Sniffed

PICKLED = "pickled: opening it can run any code"
ACTIVE = "may hold scripts"
STREAM = "application/octet-stream"

SIGNATURES: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\x89PNG\r\n\x1a\n", Sniffed("image/png", ".png")),
    (b"\xff\xd8\xff", Sniffed("image/jpeg", ".jpg")),
    (b"GIF87a", Sniffed("image/gif", ".gif")),
    (b"GIF89a", Sniffed("image/gif", ".gif")),
    (b"II*\0", Sniffed("image/tiff", ".tif")),
    (b"MM\0*", Sniffed("image/tiff", ".tif")),
    (b"%PDF-", Sniffed("application/pdf", ".pdf")),
    (b"PAR1", Sniffed("application/vnd.apache.parquet", ".parquet")),
    (b"ARROW1\0\0", Sniffed("application/vnd.apache.arrow.file", ".arrow")),
    (b"\x93NUMPY", Sniffed("application/x-npy", ".npy")),
    (b"\x89HDF\r\n\x1a\n", Sniffed("application/x-hdf5", ".h5")),
    (b"GGUF", Sniffed("application/x-gguf", ".gguf")),
    (b"SQLite format 3\0", Sniffed("application/vnd.sqlite3", ".sqlite")),
    (b"BZh", Sniffed("application/x-bzip2", ".bz2")),
    (b"\xfd7zXZ\0", Sniffed("application/x-xz", ".xz")),
    (b"\x28\xb5\x2f\xfd", Sniffed("application/zstd", ".zst")),
    (b"7z\xbc\xaf\x27\x1c", Sniffed("application/x-7z-compressed", ".7z")),
    (b"\x7fELF", Sniffed("application/x-executable", "", ("a program",))),
    (b"MZ", Sniffed("application/x-executable", "", ("a program",))),
)
# The number with which torch.save began before it wrote zip files.
TORCH_LEGACY = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
PICKLE_STARTS = b"}])(cXKGNBCJM\x88\x89\x8a\x8cq]\x94U"
NAME = re.compile(rb"[\w.\-+/ ]+")


def of_bytes(head: bytes) -> Sniffed | None:
    """None when it may be text, or nothing that is known."""
    for signature, found in SIGNATURES:
        if head.startswith(signature) and _fits(head, found):
            return found
    for ask in STRUCTURES:
        if told := ask(head):
            return told
    return None


def _fits(head: bytes, found: Sniffed) -> bool:
    """Two letters are no proof: a text may begin with them."""
    if found.media_type == "application/x-executable" or found.ending == ".bz2":
        return b"\0" in head[:256] or head[3:10] == b"h1AY&SY" or head[4:10] == b"1AY&SY"
    return True


def _riff(head: bytes) -> Sniffed | None:
    if head[:4] != b"RIFF":
        return None
    forms = {b"WEBP": Sniffed("image/webp", ".webp"), b"WAVE": Sniffed("audio/wav", ".wav")}
    return forms.get(head[8:12])


def _media(head: bytes) -> Sniffed | None:
    if head[4:8] != b"ftyp":
        return None
    if head[8:12] in (b"avif", b"avis"):
        return Sniffed("image/avif", ".avif")
    return Sniffed("video/mp4", ".mp4")


def _zip(head: bytes) -> Sniffed | None:
    if head[:4] == b"PK\x05\x06":
        return Sniffed("application/zip", ".zip", ("empty",))
    if head[:4] != b"PK\x03\x04":
        return None
    names = _member_names(head)
    if any(name.endswith(b"/data.pkl") for name in names):
        return Sniffed("application/x-pytorch", ".pt", (PICKLED,))
    if names and all(name.endswith(b".npy") for name in names):
        return Sniffed("application/x-npz", ".npz")
    if b"model.weights.h5" in names or names[:2] == [b"metadata.json", b"config.json"]:
        return Sniffed("application/x-keras", ".keras")
    if b"[Content_Types].xml" in names:
        return _office(names)
    return Sniffed("application/zip", ".zip")


def _office(names: list[bytes]) -> Sniffed:
    kind = "application/vnd.openxmlformats-officedocument"
    forms = {
        b"xl/": Sniffed(f"{kind}.spreadsheetml.sheet", ".xlsx"),
        b"word/": Sniffed(f"{kind}.wordprocessingml.document", ".docx"),
        b"ppt/": Sniffed(f"{kind}.presentationml.presentation", ".pptx"),
    }
    for start, found in forms.items():
        if any(name.startswith(start) for name in names):
            return found
    return Sniffed("application/zip", ".zip")


def _member_names(head: bytes) -> list[bytes]:
    """Of the members whose headers lie in the head, as far as they can be followed."""
    names, place = [], 0
    while head[place : place + 4] == b"PK\x03\x04" and place + 30 <= len(head):
        flags, packed = struct.unpack_from("<H", head, place + 6)[0], _long(head, place + 18)
        name_length, extra = struct.unpack_from("<HH", head, place + 26)
        names.append(head[place + 30 : place + 30 + name_length])
        place += 30 + name_length + extra + packed
        if flags & 8 and not packed:  # sizes come after the bytes: look for the next
            place = head.find(b"PK\x03\x04", place)
        if place < 0:
            break
    return names


def _gzip(head: bytes) -> Sniffed | None:
    if head[:3] != b"\x1f\x8b\x08":
        return None
    if (inner := _inflated(head, 31)) and _tar(inner):
        return Sniffed("application/gzip", ".tar.gz")
    if inner and (found := of_bytes(inner)) and found.ending == ".pkl":
        return Sniffed("application/gzip", ".gz", (PICKLED,))
    return Sniffed("application/gzip", ".gz")


def _zlib(head: bytes) -> Sniffed | None:
    """joblib.dump(..., compress=...) is a zlib stream of a pickle."""
    if len(head) < 4 or head[0] != 0x78 or int.from_bytes(head[:2], "big") % 31:
        return None
    inner = _inflated(head, 15)
    if inner and (found := _pickle(inner)):
        return Sniffed("application/x-joblib", ".joblib", found.notes)
    return Sniffed("application/zlib", ".zlib") if inner else None


def _inflated(head: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(head, 1024)
    except zlib.error:
        return b""


def _tar(head: bytes) -> Sniffed | None:
    is_tar = head[257:262] == b"ustar"
    return Sniffed("application/x-tar", ".tar") if is_tar else None


def _pickle(head: bytes) -> Sniffed | None:
    if len(head) < 3 or head[0] != 0x80 or not 2 <= head[1] <= 5:
        return None
    if head[2:].startswith(TORCH_LEGACY):
        return Sniffed("application/x-pytorch", ".pt", (PICKLED,))
    framed = head[1] >= 4 and head[2] == 0x95
    if not framed and head[2] not in PICKLE_STARTS:
        return None
    if b"joblib" in head[:4096]:
        return Sniffed("application/x-joblib", ".joblib", (PICKLED,))
    return Sniffed("application/x-pickle", ".pkl", (PICKLED,))


def _safetensors(head: bytes) -> Sniffed | None:
    """Eight bytes of length, then a JSON object of that length."""
    if len(head) < 10 or head[8:9] != b"{":
        return None
    length = int.from_bytes(head[:8], "little")
    if not 2 <= length <= 100 * 2**20 or not re.match(rb'\{\s*("|\})', head[8:80]):
        return None
    return Sniffed("application/x-safetensors", ".safetensors")


def _onnx(head: bytes) -> Sniffed | None:
    """A protobuf message that begins like ONNX's ModelProto: the version of its
    form, then the producer's name, a domain, an opset or the graph."""
    if len(head) < 6 or head[0] != 0x08 or not 1 <= head[1] <= 30:
        return None
    mark, length = head[2], head[3]
    if mark in (0x12, 0x1A, 0x22):  # producer's name, its version, the domain
        text = head[4 : 4 + length]
        fits = len(text) == length and length < 0x80 and (not text or NAME.fullmatch(text))
        follows = head[4 + length : 5 + length]
        return (
            ONNX
            if fits and follows in (b"\x12", b"\x1a", b"\x22", b"\x28", b"\x32", b":", b"B")
            else None
        )
    if mark == 0x3A:  # the graph, which begins with its first node
        start = head[4:14].lstrip(bytes(range(0x80, 0x100)))
        return ONNX if start[:1] == b"\n" or start[1:2] == b"\n" else None
    return None


def _long(head: bytes, place: int) -> int:
    return int(struct.unpack_from("<L", head, place)[0])


ONNX = Sniffed("application/x-onnx", ".onnx")
STRUCTURES: tuple[Callable[[bytes], Sniffed | None], ...] = (
    _riff,
    _media,
    _zip,
    _gzip,
    _zlib,
    _tar,
    _pickle,
    _safetensors,
    _onnx,
)
