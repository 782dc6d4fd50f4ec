"""Runs that were loaded from another tracker, by what they are called there."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.fields.json import KT


class Migration(migrations.Migration):
    dependencies = [("tracking", "0012_role_rules_that_know_code_from_weights")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                KT("provenance__same_as__run"),
                name="runs_that_are_copies",
                condition=Q(removed_at=None, provenance__has_key="same_as"),
            ),
        ),
    ]
