"""A person may say that what a source no longer lists has really gone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0006_how_syncs_went")]

    operations = [
        migrations.AddField(
            "source",
            "believed_until",
            models.DateTimeField(
                editable=False,
                help_text="Until then all that it no longer lists is gone, however much.",
                null=True,
            ),
        ),
    ]
