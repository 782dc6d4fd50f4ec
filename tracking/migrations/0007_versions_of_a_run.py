"""What was registered of a run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_runs_by_handle")]

    operations = [
        migrations.AddIndex(
            model_name="modelversion",
            index=models.Index(
                models.F("source"), models.F("run_handle"), name="versions_of_a_run"
            ),
        ),
    ]
