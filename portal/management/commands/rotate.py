"""Stored credentials under the newest key. `labledger rotate` calls it."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from portal import checks
from portal.accounts import factors
from portal.accounts.audit import changes_by
from sources import rotation
from sprints.outbox import hands


class Command(BaseCommand):
    help = "Encrypt every stored secret anew, with the first of the credential keys."
    requires_system_checks = [checks.OURS]

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with changes_by(command="labledger rotate"):
                told = rotation.rotate() + factors.rotate() + hands.rotate()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}Start Labledger.") from None
        self.stdout.write(f"{told.done} stored secrets are under the newest key.")
        if told.unreadable:
            names = ", ".join(told.unreadable)
            raise CommandError(
                f"No present key opens what is stored for: {names}. "
                "Put the key back that sealed it, or enter it again."
            )
