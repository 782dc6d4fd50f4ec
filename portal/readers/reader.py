"""What every file beside this one ends with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sources.engine import Stream
from sources.models import Source
from sources.remap import Mapped

SWEEPS = timedelta(hours=6)
OFTEN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Reader:
    """`hints` are the streams that follow a webhook alone; `stored` are the raw
    records that can be mapped anew."""

    client: Callable[[Source], Any]
    streams: Sequence[Stream[Any, Any]]
    hints: Sequence[Stream[Any, Any]] = ()
    stored: Sequence[Mapped] = ()
