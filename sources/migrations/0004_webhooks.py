"""Doors for webhooks and the hints they leave; when anything of a source last changed."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0003_sync_begun_at")]

    operations = [
        migrations.AddField(
            "source",
            "moved_at",
            models.DateTimeField(
                null=True, editable=False, help_text="When a sync last changed anything here."
            ),
        ),
        migrations.AddField(
            "sync",
            "due_after",
            models.DateTimeField(
                null=True,
                help_text="Of one that reads only what webhooks told of: "
                "when the whole source is due.",
            ),
        ),
        migrations.CreateModel(
            "Webhook",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="webhook",
                        serialize=False,
                        to="sources.source",
                    ),
                ),
                ("token_digest", models.BinaryField(unique=True)),
                ("sealed_token", models.BinaryField()),
                ("sealed_secret", models.BinaryField()),
                ("signed", models.BooleanField(default=True)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("accepted", models.PositiveBigIntegerField(default=0)),
                ("repeated", models.PositiveBigIntegerField(default=0)),
                ("refused", models.PositiveBigIntegerField(default=0)),
                ("heard_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refusal", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            "Hint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.TextField()),
                ("event", models.CharField(blank=True, max_length=80)),
                ("ids", models.JSONField(default=list)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hints",
                        to="sources.source",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "identifier"), name="one_hint_a_delivery"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["source", "id"],
                        name="hints_waiting",
                    )
                ],
            },
        ),
    ]
