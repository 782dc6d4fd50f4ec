"""The list of what the exporter itself could not read."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sources.connectors.base import Gap
from sources.connectors.neptune_archive import limits

NAME = "neptune_exporter_errors.jsonl"


class Errors:
    """Read once. The exporter writes it where it was started, so it is only
    there when somebody has put it beside data and files."""

    def __init__(self, root: Path) -> None:
        self._of: dict[tuple[str, str], list[Gap]] = {}
        self.count = 0
        for told in _lines(root / NAME):
            self.count += 1
            key = (str(told.get("project_id")), str(told.get("run_id")))
            self._of.setdefault(key, []).append(_gap(told))

    def gaps(self, project: str, run: str) -> list[Gap]:
        found = self._of.get((project, run), [])
        if len(found) <= limits.GAPS_A_RUN:
            return found
        more = len(found) - limits.GAPS_A_RUN
        return [
            *found[: limits.GAPS_A_RUN],
            Gap(f"{more} more attributes", "the exporter could not read them"),
        ]


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open("rb") as stream:
            for _ in range(limits.ERRORS):
                line = stream.readline(limits.ERROR_LINE)
                if not line:
                    return
                told = _parsed(line)
                if told is not None:
                    yield told
    except OSError:
        return


def _parsed(line: bytes) -> Mapping[str, Any] | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _gap(told: Mapping[str, Any]) -> Gap:
    words = str(told.get("exception") or "no reason given").strip().splitlines()[0][:200]
    path = told.get("attribute_path")
    if path is None:
        return Gap("export", f"the exporter failed on a part of this run ({words})")
    return Gap(str(path)[:500], f"the exporter could not read it ({words})")
