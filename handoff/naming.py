"""File names that every system can unpack: relative, plain, and no two alike."""

import re
import unicodedata
from pathlib import PurePosixPath

FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f]')
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
LONGEST = 120  # bytes of one name; most file systems end at 255
DEEPEST = 8


def safe_path(path: str) -> str:
    """A relative path in NFC without `..`, control characters, or names that
    Windows keeps for itself. Never empty."""
    parts = [safe_name(part) for part in path.replace("\\", "/").split("/")]
    kept = [part for part in parts if part]
    return "/".join(kept[-DEEPEST:]) or "file"


def safe_name(part: str) -> str:
    """Empty for `.`, `..` and nothing."""
    composed = unicodedata.normalize("NFC", FORBIDDEN.sub("_", part))
    printable = "".join(sign if sign.isprintable() else "_" for sign in composed)
    trimmed = printable.strip().rstrip(". ")
    if not trimmed:
        return ""
    return shortened(f"_{trimmed}" if RESERVED.fullmatch(trimmed) else trimmed)


def shortened(name: str) -> str:
    """The ending stays, for it says what the file is."""
    if len(name.encode()) <= LONGEST:
        return name
    ending = PurePosixPath(name).suffix[:16]
    room = LONGEST - len(ending.encode())
    stem = name[: -len(ending)] if ending else name
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + ending


def distinct(path: str, taken: set[str]) -> str:
    """`path`, or with a number before its ending when that name is taken in any
    case. Remembers what it gives."""
    at = PurePosixPath(path)
    number, name = 1, path
    while folded(name) in taken:
        number += 1
        name = str(at.with_name(f"{at.stem}-{number}{at.suffix}"))
    taken.add(folded(name))
    return name


def folded(path: str) -> str:
    return unicodedata.normalize("NFC", path.casefold())
