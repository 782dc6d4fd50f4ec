"""Contributors and leads may send to Jira; everybody sees the queue of what they see."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

SENDERS = ("contributor", "lead")


def add(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    # Permissions are made after the last migration; the roles need them now.
    create_permissions(installed.get_app_config("sprints"), verbosity=0)
    ours = permission.objects.filter(content_type__app_label="sprints", content_type__model="write")
    for role in group.objects.filter(name__in=(*SENDERS, "viewer", "deployer", "administrator")):
        granted = ours.filter(codename="view_write")
        if role.name in SENDERS:
            granted = ours.filter(codename__in=("view_write", "send_to_jira"))
        role.permissions.add(*(ours if role.name == "administrator" else granted))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_role_rules_by_name"), ("sprints", "0002_outbox")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
