"""`python -m portal.serving MARK WORDS`: granian with these words, once the mark is there.

Until then the pages' modules are imported, beside the servers' start and the
migrations; and once, since granian's processes are forked from this one. The
application itself is made after the mark: it looks at the static files.
"""

import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django
from granian.cli import cli

LOOK = 0.05  # seconds


def main(mark: Path, words: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    import_module("portal.urls")  # only now: models want the settings first
    while not mark.exists():
        time.sleep(LOOK)
    cli.main(args=list(words), prog_name="granian")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
