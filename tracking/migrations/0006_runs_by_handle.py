"""Runs by their tracker's id, in any case."""

from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_runs_by_owner")]

    operations = [
        migrations.AddIndex(
            model_name="run", index=models.Index(Upper("handle"), name="runs_by_handle")
        ),
    ]
