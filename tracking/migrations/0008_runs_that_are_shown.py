"""Runs are counted, and joined to what a filter found, without reading them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("tracking", "0007_versions_of_a_run")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["key"],
                include=("source",),
                name="runs_shown",
                condition=Q(removed_at=None, trashed=False),
            ),
        ),
    ]
