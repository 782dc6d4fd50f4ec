"""Runs of an owner, and of a commit's author, newest first; and who there is."""

import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0005_newest_syncs"),
        ("tracking", "0004_role_rules_by_name"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                models.F("source"),
                models.F("owner"),
                models.OrderBy(models.F("started_at"), descending=True, nulls_last=True),
                models.F("key"),
                condition=models.Q(("removed_at", None)),
                name="runs_of_an_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                models.F("source"),
                django.db.models.fields.json.KeyTextTransform("email", "code"),
                models.OrderBy(models.F("started_at"), descending=True, nulls_last=True),
                models.F("key"),
                condition=models.Q(("code__has_key", "email"), ("removed_at", None)),
                name="runs_of_an_author",
            ),
        ),
    ]
