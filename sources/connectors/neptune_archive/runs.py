"""A run's record, and what its archive does not say about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sources.connectors.base import Gap, Json, RunRecord
from sources.connectors.neptune_archive import attributes, files, series
from sources.connectors.neptune_archive.attributes import Gathered
from sources.connectors.neptune_archive.clock import disagreement
from sources.connectors.neptune_archive.layout import Group
from sources.connectors.neptune_archive.places import Refused, inside

CLASSIC, SCALE = "2.x", "3.x"
KNOWN = attributes.TYPES | series.TYPES | files.TYPES
LEGACY = ("parameters/", "properties/", "logs/", "artifacts/")


@dataclass(frozen=True, slots=True)
class Origin:
    """What every run of a group has in common."""

    archive: str
    group: Group
    zone: str
    span: tuple[datetime, datetime] | None  # of its series' times, if it is one run's


def record(run: str, found: Gathered, origin: Origin, told: list[Gap]) -> RunRecord:
    """`told` are gaps that the exporter itself has written down."""
    flavour = _flavour(run, found, origin.group)
    gaps = [
        *told,
        *_attribute_gaps(found),
        *(_run_gaps(found, flavour) if origin.group.kind == "run" else ()),
        *_file_gaps(found, flavour),
        *_time_gaps(found, origin),
        *found.gaps(),
        *_unknown(found),
    ]
    return RunRecord(
        project=found.project,
        run=run,
        attributes=found.attributes,
        kind=origin.group.kind,
        gaps=gaps,
        provenance=_provenance(found, origin, flavour),
        trashed=found.value_of("sys/trashed") is True,
    )


def _flavour(run: str, found: Gathered, group: Group) -> str:
    """Which Neptune it came from. A 3.x archive names runs by their custom id,
    a 2.x one by sys/id; without either, the layout of its files tells."""
    if group.kind != "run" or found.text_of("sys/id") == run:
        return CLASSIC
    if found.text_of("sys/custom_run_id") == run:
        return SCALE
    try:
        return CLASSIC if inside(group.files, f"{found.project}/{run}").is_dir() else ""
    except Refused:
        return ""


def _attribute_gaps(found: Gathered) -> Iterator[Gap]:
    if any(path.startswith("sys/") for path in found.attributes):
        return
    yield Gap(
        "parameters and tags",
        "the exporter could not read them, as of every run that was started in a notebook;"
        " link this run to its task by hand",
    )


def _run_gaps(found: Gathered, flavour: str) -> Iterator[Gap]:
    if not any("commit" in path for path in found.attributes if path.startswith("source_code/")):
        yield Gap("commit", "the run logged none" if flavour == SCALE else "not in the archive")
    if not found.types & (series.TYPES | files.TYPES):
        yield Gap(
            "series and files",
            "the archive has none of this run: if it logged any, its export was cut short",
        )


def _file_gaps(found: Gathered, flavour: str) -> Iterator[Gap]:
    size = found.value_of("sys/size")
    if isinstance(size, int | float) and size > 0 and not found.types & files.TYPES:
        yield Gap(
            "files",
            f"the tracker counted {size:,.0f} bytes, and the archive has no file of it:"
            " its export was probably cut short",
        )
    if flavour == CLASSIC and "file_series" in found.types:
        yield Gap("steps of file series", "the archive has only their order: 0, 1, 2")


def _time_gaps(found: Gathered, origin: Origin) -> Iterator[Gap]:
    created = found.moment_of("sys/creation_time")
    if origin.span is None or created is None:
        return
    modified = found.moment_of("sys/modification_time")
    if why := disagreement(*origin.span, created, modified):
        yield Gap("times of series", why)


def _unknown(found: Gathered) -> Iterator[Gap]:
    for kind in sorted(found.types - KNOWN):
        yield Gap(f"attributes of the type {kind!r}", "Labledger does not know this type")


def _provenance(found: Gathered, origin: Origin, flavour: str) -> dict[str, Json]:
    """`modification_time` decides between two archives that have the same run."""
    modified = found.moment_of("sys/modification_time")
    written = max((part.changed for part in origin.group.parts), default=0) / 1e9
    return {
        "archive": origin.archive,
        "flavour": flavour,
        "client": "legacy" if _is_legacy(found) else "",
        "parts": [_below(part.path, origin.group) for part in origin.group.parts],
        "modification_time": modified.isoformat() if modified else None,
        "exported_at": datetime.fromtimestamp(written, UTC).isoformat(),
        "zone": origin.zone,
    }


def _is_legacy(found: Gathered) -> bool:
    """The client before 1.0 put everything below four fixed names."""
    own = [path for path in found.attributes if not path.startswith(("sys/", "source_code/"))]
    return any(path.startswith("properties/") for path in own) and all(
        path.startswith(LEGACY) for path in own
    )


def _below(path: Path, group: Group) -> str:
    return f"{group.name.rpartition('/')[0]}/{path.name}"
