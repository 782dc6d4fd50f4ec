"""An archive through connector, engine and store: metric points a second."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.ground import ground, line, peak_mb, took

RUNS, NAMES = 50, ("train/loss", "train/f1", "valid/loss", "valid/f1")
ROWS_A_GROUP = 100_000
BEGAN = datetime(2025, 6, 1, 12, tzinfo=UTC)
FOLDER = "lab_speed-0123456789abcdef"


def write(root: Path, points: int) -> None:
    """`points` of each series, as the exporter writes them: a part a run, attributes
    in a row group of their own, steps as decimals."""
    chance = np.random.default_rng(1)
    folder = root / "data" / FOLDER
    folder.mkdir(parents=True)
    for number in range(RUNS):
        run = f"DOC-{number}"
        path = folder / f"{run}-0123456789abcdef_part_0.parquet"
        said = own(run)
        with pq.ParquetWriter(path, said.schema, compression="snappy") as writer:
            writer.write_table(said)
            writer.write_table(series(run, points, chance, said.schema), ROWS_A_GROUP)


def own(run: str) -> pa.Table:
    moment = pa.timestamp("ms", tz="UTC")
    told = [
        ("sys/id", "string", run, None),
        ("sys/creation_time", "datetime", None, BEGAN),
        ("sys/modification_time", "datetime", None, BEGAN + timedelta(days=1)),
    ]
    return pa.table(
        {
            "project_id": ["lab/speed"] * len(told),
            "run_id": [run] * len(told),
            "attribute_path": [path for path, *_ in told],
            "attribute_type": [kind for _, kind, *_ in told],
            "step": pa.nulls(len(told), pa.decimal128(18, 6)),
            "timestamp": pa.nulls(len(told), moment),
            "float_value": pa.nulls(len(told), pa.float64()),
            "string_value": pa.array([text for _, _, text, _ in told], pa.string()),
            "datetime_value": pa.array([at for *_, at in told], moment),
        }
    )


def series(run: str, points: int, chance: np.random.Generator, schema: pa.Schema) -> pa.Table:
    count = points * len(NAMES)
    steps = np.tile(np.arange(points, dtype=np.int64), len(NAMES))
    times = int(BEGAN.timestamp() * 1_000) + 1_000 * steps
    columns = {
        "project_id": pa.repeat("lab/speed", count),
        "run_id": pa.repeat(run, count),
        "attribute_path": pa.array(np.repeat(NAMES, points)),
        "attribute_type": pa.repeat("float_series", count),
        "step": pc.cast(pa.array(steps), pa.decimal128(19, 0)).cast(pa.decimal128(25, 6)),
        "timestamp": pa.array(times, pa.timestamp("ms")),
        "float_value": pa.array(chance.normal(size=count)),
        "string_value": pa.nulls(count, pa.string()),
        "datetime_value": pa.nulls(count, pa.timestamp("ms", tz="UTC")),
    }
    return pa.table(columns).cast(schema)


def main(folder: Path, points: int) -> None:
    from portal.streams import KINDS
    from sources import engine
    from sources.connectors.base import SeriesRecord
    from sources.connectors.neptune_archive import Archive
    from sources.models import Source
    from tracking.models import Metric

    root = folder / "archive"
    total = points * RUNS * len(NAMES)
    write(root, points)
    source = Source.objects.create(
        slug="bench", name="Bench", kind="neptune-archive", settings={"paths": [str(root)]}
    )
    kind = KINDS[source.kind]

    def parsed() -> None:
        found = sum(
            len(one.steps)
            for page in Archive(root).records()
            for one in page.records
            if isinstance(one, SeriesRecord)
        )
        if found != total:
            raise SystemExit(f"{found:,} of {total:,} points were read.")

    def synced() -> None:
        source.refresh_from_db()
        source.cursors.all().delete()
        sync = engine.claim(source)
        if sync is None:
            raise SystemExit("The source is held by another sync.")
        engine.read(source, sync, lambda: kind.client(source), kind.streams)
        sync.refresh_from_db()
        if sync.error or Metric.objects.filter(points=points).count() != RUNS * len(NAMES):
            raise SystemExit(sync.error or "Points are missing.")

    alone = took(parsed)
    line(f"connector alone, {total:,} points", f"{total / alone:,.0f}/s")
    whole = took(synced)
    line("connector, engine and store", f"{total / whole:,.0f}/s", f"{alone / whole:.0%} reading")
    again = took(synced)
    line("the same archive again, nothing changes", f"{total / again:,.0f}/s")
    line("peak memory", f"{peak_mb():,.0f} MB")


if __name__ == "__main__":
    with ground() as folder:
        main(folder, int(sys.argv[1]) if len(sys.argv) > 1 else 15_000)
