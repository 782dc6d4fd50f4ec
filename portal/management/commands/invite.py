"""A new person and the link to hand over. `labledger invite` calls it."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import OperationalError, transaction

from portal import checks
from portal.accounts import invitations, people
from portal.accounts.audit import changes_by


class Command(BaseCommand):
    help = "Invite somebody: prints the link that sets their password."
    requires_system_checks = [checks.OURS]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=list(people.ROLES), default="contributor")
        parser.add_argument("--address", default=address(), help="the portal's, for the link")

    def handle(self, *args: Any, email: str, role: str, address: str, **options: Any) -> None:
        try:
            validate_email(email)
            with changes_by(command="labledger invite"), transaction.atomic():
                person = people.invite(email, role)
                link = address.rstrip("/") + invitations.path_for(person)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        except people.Refused as refused:
            raise CommandError(str(refused)) from None
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}Start Labledger.") from None
        trouble = invitations.send(person, link) if invitations.mail_is_set_up() else ""
        self.stdout.write(f"{person.get_username()} is invited as {role}. The link, for a week:")
        self.stdout.write(link)
        if trouble:
            self.stderr.write(trouble)


def address() -> str:
    """The first known origin, else where `labledger run` listens."""
    port = os.environ.get("LABLEDGER_PORT") or "8000"
    return next(iter(settings.CSRF_TRUSTED_ORIGINS), f"http://localhost:{port}")
