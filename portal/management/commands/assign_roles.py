"""Give every stored file its role again, by the rules as they are now."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import checks, tasks


class Command(BaseCommand):
    help = "Give the stored files their roles by the rules; a worker does it."
    requires_system_checks = [checks.OURS]

    def handle(self, *args: Any, **options: Any) -> None:
        tasks.start_roles()
