"""A digest of a safetensors file's tensors, beside that of its bytes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0013_runs_that_are_copies")]

    operations = [
        migrations.AddField(
            model_name="blob",
            name="content_digest",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of the tensors alone, whatever is around them; empty for other files.",
                max_length=100,
            ),
        ),
    ]
