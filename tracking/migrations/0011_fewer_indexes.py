"""Without indexes that only repeat how another one begins, or that only the removal of a
source read: each was written with every row.

By name, since Django would build all models anew for each of the columns.
"""

from typing import Any

from django.db import migrations, models

SOURCE, RUN = "sources.source", "tracking.run"
FIELDS = (
    ("column", "source", SOURCE, "+", "tracking_column_source_id_754004a9"),
    ("logchunk", "run", RUN, "+", "tracking_logchunk_run_id_87071fdb"),
    ("logchunk", "source", SOURCE, "+", "tracking_logchunk_source_id_458630da"),
    ("mention", "run", RUN, "mentions", "tracking_mention_run_id_7e5aa312"),
    ("mention", "source", SOURCE, "+", "tracking_mention_source_id_c4d730bf"),
    ("metric", "run", RUN, "metrics", "tracking_metric_run_id_2d7b2d89"),
    ("metric", "source", SOURCE, "+", "tracking_metric_source_id_aeea04d4"),
    ("run", "project", "tracking.trackerproject", "runs", "tracking_run_project_id_5218ca91"),
    ("serieschunk", "run", RUN, "+", "tracking_serieschunk_run_id_973b2ae2"),
    ("serieschunk", "source", SOURCE, "+", "tracking_serieschunk_source_id_a2e86366"),
    ("seriestail", "run", RUN, "+", "tracking_seriestail_run_id_3c8b2d03"),
    ("seriestail", "source", SOURCE, "+", "tracking_seriestail_source_id_ed4be1e7"),
)


def key(to: str, called: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        to, models.DO_NOTHING, db_constraint=False, db_index=False, related_name=called
    )


class Migration(migrations.Migration):
    dependencies = [("sources", "0007_believed_until"), ("tracking", "0010_sketches_of_chunks")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    f"DROP INDEX {index}",
                    f"CREATE INDEX {index} ON tracking_{model} ({field}_id)",
                )
                for model, field, _, _, index in FIELDS
            ],
            [
                migrations.AlterField(model, field, key(to, called))
                for model, field, to, called, _ in FIELDS
            ],
        )
    ]
