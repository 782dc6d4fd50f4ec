"""A process that is killed in the middle of its issues.

It stores so many pages, and dies as it asks for the next one.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from portal.streams import KINDS
from sources import engine
from sources.models import Source


def cut(pages: Iterator[Any], most: int) -> Iterator[Any]:
    for number, page in enumerate(pages):
        if number == most:
            os.kill(os.getpid(), signal.SIGKILL)
        yield page


def read(source: Source, most: int) -> None:
    kind = KINDS["jira"]
    (issues,) = [one for one in kind.streams if one.name == "issues"]
    dying = replace(issues, pages=lambda client, since: cut(issues.pages(client, since), most))
    sync = engine.claim(source)
    assert sync is not None
    engine.read(source, sync, lambda: kind.client(source), [dying])
