"""A worker that is killed in the middle of its issues: `python dying.py SOURCE PAGES`.

It stores so many pages, and dies as it asks for the next one.
"""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import django

django.setup()

from portal.streams import KINDS  # noqa: E402 -- models need the settings
from sources import engine  # noqa: E402
from sources.models import Source  # noqa: E402


def cut(pages: Iterator[Any], most: int) -> Iterator[Any]:
    for number, page in enumerate(pages):
        if number == most:
            os.kill(os.getpid(), signal.SIGKILL)
        yield page


def main(source: Source, most: int) -> None:
    kind = KINDS["jira"]
    (issues,) = [one for one in kind.streams if one.name == "issues"]
    dying = replace(issues, pages=lambda client, since: cut(issues.pages(client, since), most))
    sync = engine.claim(source)
    assert sync is not None
    engine.read(source, sync, lambda: kind.client(source), [dying])


if __name__ == "__main__":
    main(Source.objects.get(pk=sys.argv[1]), int(sys.argv[2]))
