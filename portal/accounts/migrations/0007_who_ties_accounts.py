"""Only administrators say whose an account is, and erase people."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def add(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    # Permissions are made after the last migration; the role needs them now.
    create_permissions(installed.get_app_config("accounts"), verbosity=0)
    granted = permission.objects.filter(
        content_type__app_label="accounts", codename__in=("tie_account", "erase_person")
    )
    for role in group.objects.filter(name="administrator"):
        role.permissions.add(*granted)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_ties")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
