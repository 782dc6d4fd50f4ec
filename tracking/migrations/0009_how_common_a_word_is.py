"""A value of a mention has one kind: what Postgres takes for chance makes it believe
that a common tag is three times as rare as it is, and sort what it could walk."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tracking", "0008_runs_that_are_shown")]

    operations = [
        migrations.RunSQL(
            "CREATE STATISTICS mentions_together (dependencies, mcv)"
            " ON kind, value FROM tracking_mention",
            "DROP STATISTICS mentions_together",
        ),
        migrations.RunSQL("ANALYZE tracking_mention", migrations.RunSQL.noop),
    ]
