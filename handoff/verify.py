"""Checks a record's bundle: every file, byte for byte. Offline, nothing to install.

    python verify.py                           the folder that this file is in
    python verify.py bundle.zip                the zip, without unpacking it
    unzip -p bundle.zip '*/verify.py' | python - bundle.zip
    python verify.py --digest sha256:9a76...   and that it is the record you were told

manifest-sha256.txt names every file and its sha256, and ends with its own;
record.json names the files that were sealed. What is changed, missing or extra
is named. Exit status: 0 verified, 1 not, 2 not understood. Python 3.9 or newer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

MANIFEST = "manifest-sha256.txt"
RECORD = "record.json"
ALWAYS = (RECORD, "README.md", "verify.py")
PIECE = 1 << 20
LARGEST_LIST = 64 << 20
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
ITSELF = "# sha256 of the lines above: "
TO_DO = (
    "Use none of it. Fetch the bundle again; if that is not verified either, show these lines\n"
    "to whoever sealed the record: its page names them, and tells which files are whole there."
)
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


class Trouble(NamedTuple):
    path: str
    what: str  # changed, missing, extra, or a clause
    sealed: str = ""  # sha256, of what is changed
    here: str = ""  # the same; empty when its bytes cannot be read


class Sealed(NamedTuple):
    """What record.json says. `files` is sha256 by path."""

    title: str
    files: dict[str, str]


class Bundle:
    """Files by path, as a folder or as a zip holds them."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.places: dict[str, Any] = {}

    def open(self, path: str) -> BinaryIO:
        raise NotImplementedError


class Folder(Bundle):
    """An unpacked bundle."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.places = dict(self._walk())

    def _walk(self) -> Iterator[tuple[str, Path]]:
        for folder, below, names in os.walk(self.root):
            links = [name for name in below if Path(folder, name).is_symlink()]
            for name in sorted(names) + links:
                found = Path(folder, name)
                yield composed(found.relative_to(self.root).as_posix()), found

    def open(self, path: str) -> BinaryIO:
        if self.places[path].is_symlink():
            raise OSError("a link, not a file")
        return cast(BinaryIO, self.places[path].open("rb"))


class Archive(Bundle):
    """A bundle as it was downloaded. All its files are in one top folder."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.zip = zipfile.ZipFile(file)
        members = [one for one in self.zip.infolist() if not one.is_dir()]
        tops = [one.filename for one in members if one.filename.endswith("/" + MANIFEST)]
        top = min(tops, key=len, default=MANIFEST)[: -len(MANIFEST)]
        for one in members:
            within = one.filename.startswith(top)
            path = composed(one.filename[len(top) :] if within else one.filename)
            if path in self.places or not within:
                self.troubles.append(Trouble(path, "extra" if not within else "there twice"))
            self.places.setdefault(path, one)

    def open(self, path: str) -> BinaryIO:
        if self.places[path].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("neither stored nor deflated")
        return cast(BinaryIO, self.zip.open(self.places[path]))


def composed(name: str) -> str:
    """Some file systems take letters and their accents apart."""
    return unicodedata.normalize("NFC", name)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks every file of a record's bundle.")
    parser.add_argument("place", nargs="?", type=Path, help="a folder or a zip; else where I am")
    parser.add_argument("--digest", default="", help="sha256:... as the record's page shows it")
    chosen = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    # Read from a pipe, this script has no file of its own.
    place = chosen.place or Path(__file__).resolve().parent
    try:
        bundle = opened(place)
    except UNREADABLE as error:
        print(f"NOT VERIFIED\n{place}: not a bundle that can be read ({error})")
        return 1
    return told(bundle, *check(bundle, chosen.digest))


def opened(place: Path) -> Bundle:
    return Folder(place) if place.is_dir() else Archive(place)


def told(bundle: Bundle, troubles: list[Trouble], title: str, digest: str) -> int:
    if troubles:
        print("NOT VERIFIED")
        for trouble in troubles:
            print(f"{trouble.path}: {trouble.what}")
            if trouble.sealed:
                print(f"  sealed  sha256:{trouble.sealed}")
                print(f"  here    {f'sha256:{trouble.here}' if trouble.here else 'unreadable'}")
        print(TO_DO)
        return 1
    print(f"VERIFIED {len(bundle.places)} files of {title}")
    print(f"record sha256:{digest}")
    print("Is that the digest on the record's page? --digest checks it for you.")
    return 0


def check(bundle: Bundle, wanted: str) -> tuple[list[Trouble], str, str]:
    """(troubles, the record's title, record.json's sha256)."""
    found = {path: sha256_of(bundle, path) for path in sorted(bundle.places)}
    listed, troubles = listed_in(bundle)
    sealed = sealed_in(bundle)
    digest = found.get(RECORD, "")
    record_holds = listed is None or listed.get(RECORD) == digest
    if sealed is None:
        troubles.append(Trouble(RECORD, "missing or no record"))
    elif record_holds:
        troubles += disagreements(listed, sealed)
    expected = listed or (sealed.files if sealed else {})
    troubles += bundle.troubles
    troubles += differences(expected, found, complete=listed is not None)
    if wanted and wanted.rpartition(":")[2].lower() != digest:
        troubles.append(Trouble(RECORD, f"another record than {wanted}: this is sha256:{digest}"))
    return unique(troubles), sealed.title if sealed else "", digest


def unique(troubles: list[Trouble]) -> list[Trouble]:
    return list(dict.fromkeys(troubles))


def sha256_of(bundle: Bundle, path: str) -> str:
    """Empty when the bytes cannot be read: a zip's own checksum may say so first."""
    sha = hashlib.sha256()
    try:
        with bundle.open(path) as stream:
            for piece in iter(lambda: stream.read(PIECE), b""):
                sha.update(piece)
    except UNREADABLE:
        return ""
    return sha.hexdigest()


def text_of(bundle: Bundle, path: str) -> str | None:
    try:
        with bundle.open(path) as stream:
            return stream.read(LARGEST_LIST).decode("utf-8")
    except (KeyError, *UNREADABLE):
        return None


def listed_in(bundle: Bundle) -> tuple[dict[str, str] | None, list[Trouble]]:
    """The manifest's files, or None and why it cannot be believed."""
    text = text_of(bundle, MANIFEST)
    if text is None:
        what = "changed" if MANIFEST in bundle.places else "missing"
        return None, [Trouble(MANIFEST, what)]
    above, mark, itself = text.rpartition(ITSELF)
    lines = [LINE.fullmatch(line) for line in above.split("\n")[:-1]]
    if not mark or itself != hashlib.sha256(above.encode()).hexdigest() + "\n" or None in lines:
        return None, [Trouble(MANIFEST, "changed")]
    return {line[2]: line[1] for line in lines if line}, []


def sealed_in(bundle: Bundle) -> Sealed | None:
    text = text_of(bundle, RECORD)
    try:
        record: Any = json.loads(text or "")
        files = {one["path"]: one["sha256"] for one in record["files"]}
        return Sealed(f"{record['model']['slug']} version {record['version']}", files)
    except (ValueError, KeyError, TypeError):
        return None


def disagreements(listed: dict[str, str] | None, sealed: Sealed) -> list[Trouble]:
    """Where the manifest does not say what was sealed."""
    if listed is None:
        return []
    unlisted = [path for path in (*ALWAYS, *sealed.files) if path not in listed]
    other = [path for path, sha in sealed.files.items() if listed.get(path, sha) != sha]
    return [Trouble(MANIFEST, f"does not list {path}") for path in unlisted] + [
        Trouble(MANIFEST, f"disagrees with {RECORD} about {path}") for path in other
    ]


def differences(
    expected: dict[str, str], found: dict[str, str], *, complete: bool
) -> Iterator[Trouble]:
    """Without a manifest nobody knows all files, so none is called extra."""
    for path, sha in expected.items():
        if path not in found:
            yield Trouble(path, "missing")
        elif found[path] != sha:
            yield Trouble(path, "changed", sha, found[path])
    for path in found:
        if complete and path not in expected and path != MANIFEST:
            yield Trouble(path, "extra")


if __name__ == "__main__":
    sys.exit(main())
