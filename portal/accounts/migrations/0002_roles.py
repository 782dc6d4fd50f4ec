"""The five roles and what each may do. Administrators may change them later."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

FLOORS = ("sources", "tracking", "sprints", "handoff")
# What only an administrator holds: people, tokens, roles, second factors.
PEOPLE = ("accounts", "auth", "mfa")
TIE = ("add_evidence", "add_dismissal")
JUDGE = ("add_hypothesis", "change_hypothesis", "add_verdict")
ROLES = {
    "viewer": (),
    "contributor": (*TIE, *JUDGE, "add_record", "change_record"),
    "lead": (*TIE, *JUDGE, "add_record", "change_record", "seal_record", "sync_source"),
    "deployer": ("add_record", "change_record"),
    "administrator": None,
}


def add(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for label in (*FLOORS, *PEOPLE):
        # Permissions are made after the last migration; the roles need them now.
        create_permissions(installed.get_app_config(label), verbosity=0)
    ours = permission.objects.filter(content_type__app_label__in=FLOORS)
    everything = permission.objects.filter(content_type__app_label__in=(*FLOORS, *PEOPLE))
    for name, verbs in ROLES.items():
        role, _ = group.objects.get_or_create(name=name)
        views = ours.filter(codename__startswith="view_")
        granted = everything if verbs is None else views | ours.filter(codename__in=verbs)
        role.permissions.set(granted)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("handoff", "0002_relations"),
        ("sources", "0002_payloads_uncompressed"),
        ("sprints", "0001_tables"),
        ("tracking", "0003_first_role_rules"),
    ]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
