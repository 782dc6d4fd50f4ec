"""Contributors and leads keep views for the team; administrators also mend others'."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = {
    "contributor": ("share_savedview",),
    "lead": ("share_savedview",),
    "administrator": (
        "share_savedview", "view_savedview", "change_savedview", "delete_savedview",
    ),
}  # fmt: skip


def add(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    # Permissions are made after the last migration; the roles need them now.
    create_permissions(installed.get_app_config("accounts"), verbosity=0)
    for name, verbs in ROLES.items():
        granted = permission.objects.filter(content_type__app_label="accounts", codename__in=verbs)
        for role in group.objects.filter(name=name):
            role.permissions.add(*granted)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_saved_views")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
