"""The next thing is drawn while the caller works on the one before."""

from collections.abc import Callable, Generator, Iterator
from concurrent import futures
from contextlib import suppress

from sources.connectors.base import Beat

NAP = 1.0  # seconds of waiting between two beats


def ahead[Thing](things: Generator[Thing], beat: Beat) -> Iterator[Thing]:
    """The same things in the same order, one of them ahead and no more: so much more
    memory it costs. Trouble is raised behind all that came before it.

    `things` runs in one thread of its own: it must touch neither the database nor what
    the caller changes. This thread beats while it waits. Who stops early waits for the
    one thing that is being drawn, with beats, and `things` is closed then.
    """

    def draw() -> Callable[[], Thing] | None:
        for thing in things:
            return lambda: thing
        return None

    with futures.ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        drawn = pool.submit(draw)
        try:
            while (found := _waited(drawn, beat)) is not None:
                drawn = pool.submit(draw)
                yield found()
        finally:
            _outwaited(drawn, beat)
            things.close()


def _waited[Thing](drawn: futures.Future[Thing], beat: Beat) -> Thing:
    _beaten(drawn, beat)
    return drawn.result()


def _beaten[Thing](drawn: futures.Future[Thing], beat: Beat) -> None:
    while not futures.wait([drawn], timeout=NAP).done:
        beat()


def _outwaited[Thing](drawn: futures.Future[Thing], beat: Beat) -> None:
    """A beat that fails is the last one, and not told: what ended the drawing is."""
    with suppress(Exception):
        _beaten(drawn, beat)
    futures.wait([drawn])
