"""Workers that are killed in the middle. Reads lines of `SOURCE PHASE`, makes a
process for each, and says its pid, and then how it ended.

    claimed     it has the row, and has not said that it sends
    marked      it has said so, and has sent nothing
    answered    Jira has acted and answered, and the answer is not kept
    never       it lives, until somebody kills it from outside
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from sources.models import Source  # noqa: E402 -- models need the settings
from sprints.outbox import delivery  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(verb: Callable[..., Any]) -> Callable[..., Any]:
    def both(*given: Any, **named: Any) -> Any:
        verb(*given, **named)
        die()

    return both


def work(source: str, phase: str) -> None:
    if phase == "claimed":
        delivery._written = die  # type: ignore[assignment]
    if phase == "marked":
        delivery.Try.going = dying_after(delivery.Try.going)  # type: ignore[method-assign]
    if phase == "answered":
        delivery._done = die
    delivery.deliver_due(Source.objects.get(pk=source))


def say(word: int) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        work(*line.split())
        os._exit(0)
    say(pid)
    say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
