"""The outbox: writes to Jira, and people's own tokens for it."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0002_payloads_uncompressed"),
        ("sprints", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JiraToken",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("email", models.TextField(blank=True)),
                ("sealed_secret", models.BinaryField()),
                ("account", models.TextField(blank=True)),
                ("account_id", models.TextField(blank=True)),
                ("stored_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sources.source",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jira_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "user"), name="one_jira_token_a_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Write",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("subject", models.TextField(blank=True, help_text="Of a link its global id.")),
                ("asked", models.JSONField(default=dict)),
                (
                    "cites",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("state", models.CharField(default="pending", max_length=10)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("claim", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                ("account", models.TextField(blank=True, help_text="As Jira calls who wrote it.")),
                ("account_id", models.TextField(blank=True)),
                (
                    "result_id",
                    models.TextField(blank=True, help_text="Jira's id of what was made."),
                ),
                ("result_key", models.TextField(blank=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "told",
                    models.JSONField(
                        default=list, help_text="Who did what with it, and how tries went."
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sources.source",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="writes",
                        to="sprints.task",
                    ),
                ),
                (
                    "through",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": (("send_to_jira", "Can send what is written here to Jira"),),
                "indexes": [
                    models.Index(
                        models.F("source"),
                        models.F("task"),
                        models.F("id"),
                        condition=models.Q(("state__in", ("pending", "sending", "parked"))),
                        name="writes_open",
                    ),
                    models.Index(
                        models.F("task"),
                        models.F("kind"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="writes_of_a_task",
                    ),
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="writes_by_state",
                    ),
                    models.Index(
                        models.F("source"),
                        models.F("kind"),
                        models.F("result_id"),
                        name="writes_by_result",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "link",
                                    "unlink",
                                    "labels",
                                    "move",
                                    "subtask",
                                    "comment",
                                    "worklog",
                                ),
                            )
                        ),
                        name="a_known_kind_of_write",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "pending",
                                    "sending",
                                    "parked",
                                    "done",
                                    "refused",
                                    "dropped",
                                    "dry",
                                ),
                            )
                        ),
                        name="a_known_state_of_a_write",
                    ),
                ],
            },
        ),
    ]
