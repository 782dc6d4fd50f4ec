"""Read a source now. `labledger sync` calls it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal import checks, following


class Command(BaseCommand):
    help = "Read a source now; a worker does it."
    requires_system_checks = [checks.OURS]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--follow", action="store_true", help="stay until it ends")

    def handle(self, *args: Any, slug: str, follow: bool, **options: Any) -> None:
        source = following.one(slug)
        code = following.begin(source, following.start_sync, sys.stdout, follow=follow)
        if code:
            sys.exit(code)
