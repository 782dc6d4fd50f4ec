"""Reads the sample's forms with as little of its own code as can be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyarrow import parquet

from demo.neptune import Store
from demo.work import Paths

type Row = dict[str, Any]

PROJECT = "paper-lab_form-reading-242f5884ffb242a8"
LIVE = "paper-lab/forms"


def parts(sample: Paths) -> list[Path]:
    return sorted(sample.archive.glob("*data/**/*.parquet"))


def rows(sample: Paths, run: str) -> list[Row]:
    (part,) = sample.archive.glob(f"data/*/{run}-*_part_0.parquet")
    return list(parquet.read_table(part).to_pylist())


def file(sample: Paths, run: str, path: str) -> Path:
    return sample.archive / "files" / PROJECT / "paper-lab" / "form-reading" / run / path


def best(sample: Paths, store: Store, run: str, metric: str) -> float:
    """The best value of a series, from wherever the run is."""
    return max(values(sample, store, run, metric))


def values(sample: Paths, store: Store, run: str, metric: str) -> Iterator[float]:
    if run.startswith("FRM-"):
        yield from (value for _, _, value in store.require(f"{LIVE}/{run}").fields[metric].value)
        return
    told = [row["float_value"] for row in rows(sample, run) if row["attribute_path"] == metric]
    yield from (value for value in told if value is not None)
