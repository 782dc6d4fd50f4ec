"""A sync, shown in a terminal until it ends: a bar, or plain lines where there is none."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from django.core.management.base import CommandError
from django.db import OperationalError

from portal import tasks
from portal.pages.sources.progress import Progress, progress
from portal.streams import KINDS
from sources.models import Source, Sync

EVERY = 0.5  # seconds
LINE_EVERY = 20  # looks, where lines stay
BAR = 24
CODES = {"failed": 1, "refused": 3}
LEFT = 130  # what a shell tells of Ctrl-C

type Start = Callable[[Source], Sync | None]


def one(slug: str) -> Source:
    try:
        source = Source.objects.filter(slug=slug).first()
        known = ", ".join(Source.objects.order_by("slug").values_list("slug", flat=True))
    except OperationalError as error:
        raise CommandError(f"The database does not answer: {error}Start Labledger.") from None
    if source is None:
        raise CommandError(f"There is no source {slug}. There are: {known or 'none'}.")
    if source.kind not in KINDS:
        raise CommandError(f"Nothing here reads sources of the kind {source.kind}.")
    return source


def start_sync(source: Source) -> Sync | None:
    return tasks.start_sync(source)


def start_remap(source: Source) -> Sync | None:
    return tasks.start_remap(source)


def begin(source: Source, start: Start, screen: TextIO, *, follow: bool) -> int:
    """Starts a sync, or joins the one under way. The exit code."""
    started = start(source)
    sync = started or source.syncs.running().first()
    words = "has started" if started else "is under way already"
    screen.write(f"A sync of {source.name} {words}.\n")
    if not follow or sync is None:
        return 0
    try:
        return show(source, sync, Screen(screen))
    except KeyboardInterrupt:
        screen.write(f"\nIt goes on. `labledger sync {source.slug} --follow` shows it again.\n")
        return LEFT


@dataclass(slots=True)
class Screen:
    """One line that is written over and over; where nobody sits, now and then a new one."""

    out: TextIO
    shown: str = ""
    looks: int = 0

    def show(self, words: str, phase: str) -> None:
        self.looks += 1
        if self.out.isatty():
            wide = shutil.get_terminal_size().columns - 1
            self.out.write(f"\r{words[:wide]}\x1b[K")
        elif phase != self.shown or self.looks % LINE_EVERY == 0:
            self.out.write(f"{words}\n")
        self.shown = phase
        self.out.flush()

    def end(self, words: str) -> None:
        self.out.write(f"\r\x1b[K{words}\n" if self.out.isatty() else f"{words}\n")


def show(
    source: Source, sync: Sync, screen: Screen, *, pause: Callable[[float], None] = time.sleep
) -> int:
    while True:
        sync = Sync.objects.get(pk=sync.pk)
        now = progress(source, sync, may_sync=False)
        if sync.outcome:
            screen.end(ended(sync, now))
            return CODES.get(sync.outcome, 0)
        screen.show(line(sync, now), now.phase)
        pause(EVERY)


def line(sync: Sync, now: Progress) -> str:
    """ "issues  [######------]  312 of 340, 12 new, about 2 minutes more"."""
    more = "".join(f", {words}" for words in (now.counts, now.expected) if words)
    if not sync.total:
        return f"{now.phase}  {sync.records:,} records{more}"
    share = min(sync.records / sync.total, 1.0)
    bar = ("#" * round(share * BAR)).ljust(BAR, "-")
    return f"{now.phase}  [{bar}]  {min(sync.records, sync.total):,} of {sync.total:,}{more}"


def ended(sync: Sync, now: Progress) -> str:
    parts = [f"{sync.outcome}: {now.counts or 'nothing new'}."]
    parts += [sync.error] if sync.error else []
    parts += [f"What to do: {now.advice}"] if now.advice else []
    return "\n".join(parts)
