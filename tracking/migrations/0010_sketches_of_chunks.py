"""What small pictures are drawn from, beside what charts are. Chunks of before have
none, and are unpacked for theirs as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0009_how_common_a_word_is")]

    operations = [
        migrations.AddField(
            model_name="serieschunk",
            name="sketch",
            field=models.BinaryField(
                help_text="Some of its values (tracking/series/sketch.py), or null.", null=True
            ),
        ),
    ]
