"""A file that pins an environment: how many packages, and whether with hashes."""

import re
import tomllib
from typing import Any, BinaryIO

from handoff.facts.readings import Reading

MOST_BYTES = 16 * 2**20
PIN = re.compile(r"^[A-Za-z0-9][\w.\-]*(?:\[[^\]]*\])?\s*===?\s*[^\s;\\]+")
NAME = re.compile(r"^[A-Za-z0-9][\w.\-]*")
OPTION = ("-", "#")


def read(stream: BinaryIO, size: int) -> Reading:
    """{kind, packages, pinned, hashed}, or {trouble}.

    `kind`: requirements (pip), pylock (PEP 751) or uv. By what is written in it:
    the name of a file says little once an archive has dropped its ending.
    """
    if size > MOST_BYTES:
        return {"trouble": "it is too large for a lock"}
    try:
        text = stream.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return {"trouble": "it is no text"}
    return _toml(text) or _requirements(text)


def _toml(text: str) -> Reading | None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    if "lock-version" in document:
        packages = document.get("packages", [])
        return _counted("pylock", packages, [_hashed(one, "hashes") for one in packages])
    packages = document.get("package")
    if not isinstance(packages, list) or "version" not in document:
        return None
    outer = [one for one in packages if "registry" in one.get("source", {})]
    return _counted("uv", outer, [_hashed(one, "hash") for one in outer])


def _hashed(package: dict[str, Any], word: str) -> bool:
    """Every file that may be installed says its hash."""
    files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    return bool(files) and all(one.get(word) for one in files)


def _counted(kind: str, packages: list[Any], hashed: list[bool]) -> Reading:
    count = len(packages)
    return {"kind": kind, "packages": count, "pinned": count, "hashed": sum(hashed)}


def _requirements(text: str) -> Reading:
    """Lines are joined where a backslash ends them, as pip does."""
    lines = [line.strip() for line in re.sub(r"\\\r?\n", " ", text).splitlines()]
    packages = [line for line in lines if line and not line.startswith(OPTION)]
    if any(not NAME.match(line) for line in packages):
        return {"trouble": "it is no list of requirements"}
    pinned = [line for line in packages if PIN.match(line) or " @ " in line]
    hashed = sum(1 for line in pinned if "--hash=" in line)
    return {
        "kind": "requirements",
        "packages": len(packages),
        "pinned": len(pinned),
        "hashed": hashed,
    }
