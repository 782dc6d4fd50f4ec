"""Of each sync: its retries, its trouble's kind, the pace it goes at, and whether it
only maps anew what is stored."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0005_newest_syncs")]

    operations = [
        migrations.AddField(
            "sync",
            "retries",
            models.PositiveIntegerField(default=0, help_text="Of the requests."),
        ),
        migrations.AddField("sync", "phase_began_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "sync",
            "phase_from",
            models.PositiveIntegerField(
                default=0, help_text="What of the phase's records an earlier sync had read."
            ),
        ),
        migrations.AddField(
            "sync",
            "trouble",
            models.CharField(
                blank=True,
                default="",
                max_length=20,
                help_text="The error's kind, see sources/advice.py.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "sync",
            "from_stored",
            models.BooleanField(
                default=False,
                help_text="It maps stored records anew, and asks the source for nothing.",
            ),
        ),
        migrations.AlterField(
            "sync",
            "due_after",
            models.DateTimeField(
                help_text="Of one that reads only what webhooks told of, or only what is stored: "
                "when the whole source is due.",
                null=True,
            ),
        ),
    ]
