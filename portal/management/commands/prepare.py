"""Brings a database up to date with this code; safe to run at every start.

`labledger run` calls it when something changed, the compose file before web
and workers start.
"""

import os
import secrets
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from portal import checks
from tracking.models import RoleRule

FIRST_NAME = "admin"
LOOK = 0.05  # seconds


class Command(BaseCommand):
    help = "Apply migrations; make the first administrator when there is nobody."
    requires_system_checks = [checks.OURS]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="a new database gets sample work")
        parser.add_argument("--after", type=Path, metavar="FILE", help="wait until FILE is there")

    def handle(self, *args: Any, demo: bool, after: Path | None = None, **options: Any) -> None:
        while after and not after.exists():
            time.sleep(LOOK)
        if migrations_wait():
            before = rules_for_roles()
            call_command("migrate", interactive=False, skip_checks=True, verbosity=1)
            follow_rules(before)
        if User.objects.exists():
            return
        with transaction.atomic():  # all of it, or the next start tries again
            first_login(settings.DATA / "keys" / "first_login")
            if demo and "demo" in get_commands():
                call_command("demo")


def migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def rules_for_roles() -> list[tuple[Any, ...]]:
    """By columns that they always had; none where the table is still to be made."""
    if RoleRule._meta.db_table not in connection.introspection.table_names():
        return []
    return list(RoleRule.objects.values_list("order", "path", "media_type", "role"))


def follow_rules(before: Sequence[tuple[Any, ...]]) -> None:
    """Where migrations changed the rules, the stored files get their roles by the new
    ones, as after an administrator's change."""
    if before and before != rules_for_roles():
        call_command("assign_roles")


def first_login(file: Path) -> None:
    """The first administrator, whose password is only in a closed file."""
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(FIRST_NAME, f"{FIRST_NAME}@localhost", password)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(f"{FIRST_NAME} {password}\n")
