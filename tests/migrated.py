"""The rows that migrations make, made again."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group

from tracking.models import RoleRule

ROLES = "portal.accounts.migrations.0002_roles"
SENDING = "portal.accounts.migrations.0005_send_to_jira"
RULES = "tracking.migrations.0003_first_role_rules"


def again() -> None:
    """Roles with their permissions, and the first rules. What is there stays."""
    if not Group.objects.filter(name="viewer").exists():
        import_module(ROLES).add(apps, None)
        import_module(SENDING).add(apps, None)
    if not RoleRule.objects.exists():
        import_module(RULES).add(apps, None)
