"""reproduce.sh: install what is locked, answer the probe, compare. Only when the
record holds everything that this takes."""

import re
import shlex
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from handoff.sealed import Sealed

PLACE = re.compile(r"(\{checkpoint\}|\{input\}|\{output\})")
PYTHON = re.compile(r"python[0-9.]*")
INSTALLERS = {"requirements", "pylock"}
USUAL_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Needs:
    checkpoint: str
    expected: str
    places: dict[str, str]
    command: list[str]
    lock: dict[str, Any]
    tolerance: float


def script(sealed: Sealed) -> bytes | None:
    """The script's bytes, or None when something that it takes is not in the record."""
    needs = _needs(sealed)
    if needs is None:
        return None
    values = {
        "sealed": sealed,
        "command": " ".join(_shell_words(needs)),
        "lock": shlex.quote(needs.lock["path"]),
        "kind": needs.lock["kind"],
        "hashed": needs.lock["hashed"] == needs.lock["packages"],
        "expected": shlex.quote(needs.expected),
        "tolerance": repr(needs.tolerance),
    }
    return render_to_string("handoff/bundle/reproduce.sh", values).encode()


def _needs(sealed: Sealed) -> Needs | None:
    stated, lock = sealed.value("inference_command"), sealed.value("lock")
    asked, expected = sealed.file("probe-input"), sealed.file("probe-expected")
    checkpoint = sealed.checkpoint
    if not (
        stated and lock and asked and expected and checkpoint and sealed.file("inference-code")
    ):
        return None
    words = stated["command"]
    asks = "{input}" in stated["text"] and "{output}" in stated["text"]
    if not asks or not PYTHON.fullmatch(words[0]) or lock.get("kind") not in INSTALLERS:
        return None
    tolerance = (sealed.value("tolerance") or {}).get("abs", USUAL_TOLERANCE)
    places = {"{checkpoint}": checkpoint.path, "{input}": asked.path}
    return Needs(checkpoint.path, expected.path, places, words[1:], lock, float(tolerance))


def _shell_words(needs: Needs) -> list[str]:
    """Quoted, so that no word of the command is more than a word."""
    return ['"$python"', *(_shell_word(word, needs.places) for word in needs.command)]


def _shell_word(word: str, places: dict[str, str]) -> str:
    parts = [part for part in PLACE.split(word) if part]
    return "".join(_part(part, places) for part in parts) or "''"


def _part(part: str, places: dict[str, str]) -> str:
    if part == "{output}":
        return '"$answer"'
    return shlex.quote(places.get(part, part))
