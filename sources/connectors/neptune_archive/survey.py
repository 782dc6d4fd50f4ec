"""What an archive holds, told without reading all of it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from sources.connectors.base import Identity, RunRecord
from sources.connectors.neptune_archive.errors import NAME as ERRORS
from sources.connectors.neptune_archive.errors import Errors
from sources.connectors.neptune_archive.groups import GroupReader
from sources.connectors.neptune_archive.layout import Group, groups

WORDS = {"run": "runs", "model": "models", "model_version": "model versions"}
SAMPLES = 3  # groups read of one folder


def of(root: Path, zone: ZoneInfo) -> Identity:
    """Names and sizes of all files, and the first groups of each folder."""
    counted: Counter[str] = Counter()
    sampled: Counter[Path] = Counter()
    samples: list[RunRecord] = []
    errors = Errors(root)
    for group in groups(root):
        counted.update(_counts(group))
        folder = group.parts[0].path.parent if group.parts else root
        if group.parts and sampled[folder] < SAMPLES:
            sampled[folder] += 1
            samples += _sample(root, group, zone, errors)
    return Identity(
        who="Neptune export archive",
        projects=sorted({run.project for run in samples}),
        server=" and ".join(["neptune-exporter", *_flavours(samples)]).replace(" and ", " ", 1),
        zone=zone.key,
        notes=list(_notes(root, counted, samples, errors)),
    )


def _counts(group: Group) -> dict[str, int]:
    return {
        group.kind: bool(group.parts),
        "parts": len(group.parts),
        "missing": group.missing(),
        "unfinished": len(group.leftovers),
    }


def _sample(root: Path, group: Group, zone: ZoneInfo, errors: Errors) -> list[RunRecord]:
    """The first runs of a group: their records come before anything large."""
    found = []
    for told in GroupReader(root.name, group, zone, errors).read(batch=0, steps=0):
        if isinstance(told, RunRecord):
            found.append(told)
        elif found:
            break
    return found


def _flavours(samples: list[RunRecord]) -> list[str]:
    return sorted({str(run.provenance["flavour"]) for run in samples} - {""})


def _notes(
    root: Path, counted: Counter[str], samples: list[RunRecord], errors: Errors
) -> Iterator[str]:
    # Archives of old exporters have several runs a file, so their number is not known yet.
    kinds = [f"{counted[kind]:,} {word}" for kind, word in WORDS.items() if counted[kind]]
    yield f"{', '.join(kinds) or 'no runs'} in {counted['parts']:,} files"
    if counted["missing"]:
        yield f"{counted['missing']:,} parts missing"
    if counted["unfinished"]:
        yield f"{counted['unfinished']:,} unfinished parts (.parquet.tmp), which are not read"
    if not (root / "files").is_dir() and not (root / "model_files").is_dir():
        yield "no files folder: every file of a run will be missing"
    if errors.count:
        yield f"{errors.count:,} errors of the exporter in {ERRORS}"
    for run in samples:
        for gap in run.gaps:
            if gap.what == "times of series":
                yield f"times of series in {run.run}: {gap.why}"
                return
