"""A source's newest good sync, and what is under way, without a walk over all its syncs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0004_webhooks")]

    operations = [
        migrations.AddIndex(
            "sync",
            models.Index(
                models.F("source"), condition=models.Q(("outcome", "")), name="syncs_under_way"
            ),
        ),
        migrations.AddIndex(
            "sync",
            models.Index(
                models.F("source"),
                models.OrderBy(models.F("finished_at"), descending=True),
                condition=models.Q(("outcome__in", ("done", "partial")), ("due_after", None)),
                name="syncs_that_made_fresh",
            ),
        ),
    ]
