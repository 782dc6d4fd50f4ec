"""Tokens lose `records:write`, which never opened anything."""

from django.db import migrations
from django.db.models import F, Func, Value

GONE = "records:write"


def take_away(apps, schema_editor):
    held = apps.get_model("accounts", "ApiToken").objects.filter(scopes__contains=[GONE])
    held.update(scopes=Func(F("scopes"), Value(GONE), function="array_remove"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_who_ties_accounts")]

    operations = [migrations.RunPython(take_away, migrations.RunPython.noop)]
