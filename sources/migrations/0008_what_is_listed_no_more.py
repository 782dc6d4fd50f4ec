"""What a list lacks and is not believed is kept until the list is read again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0007_believed_until")]

    operations = [
        migrations.AddField(
            "cursor",
            "unlisted",
            models.JSONField(
                default=list,
                editable=False,
                help_text="Gaps that the last reading to its end told of what is listed no more, "
                "and was not believed: they hold until the next one, whatever syncs come between.",
            ),
        ),
    ]
