"""Series: points stored a second, bytes a point on disk, charts from cold pages."""

import numpy as np

from bench.ground import ground, line, took

SERIES, POINTS = 200, 10_000


def main() -> None:
    from django.db import connection, transaction

    from sources.connectors.base import SeriesRecord
    from sources.models import Source
    from tracking import curves
    from tracking.models import Metric
    from tracking.streams import series

    source = Source.objects.create(slug="bench", name="Bench", kind="neptune")
    chance = np.random.default_rng(1)
    steps, times = np.arange(POINTS, dtype=float), 1_700_000_000_000 + 1_000 * np.arange(POINTS)

    def records() -> list[SeriesRecord]:
        return [
            SeriesRecord("lab", f"R-{run}", name, "float", steps, times, chance.normal(size=POINTS))
            for run in range(SERIES // 2)
            for name in ("train/loss", "valid/loss")
        ]

    made = records()

    def store() -> None:
        for at in range(0, SERIES, 10):
            with transaction.atomic():
                series.store(source, made[at : at + 10])

    seconds = took(store)
    line("points stored, noise-like float64", f"{SERIES * POINTS / seconds:,.0f}/s")
    again = took(store)
    line("the same points again (nothing changes)", f"{SERIES * POINTS / again:,.0f}/s")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('tracking_serieschunk')")
        size = cursor.fetchone()[0]
    line("bytes a point on disk, indexes and all", f"{size / (SERIES * POINTS):.2f}")
    metrics = list(Metric.objects.filter(name="train/loss")[:10])
    drawn = took(lambda: curves.charts(metrics, labels={one.run_id: "r" for one in metrics}))
    line("10 runs x 10,000 points into one chart", f"{1e3 * drawn:,.0f} ms")


if __name__ == "__main__":
    with ground():
        main()
