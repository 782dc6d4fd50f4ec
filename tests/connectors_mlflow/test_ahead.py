"""One page ahead, by a thread: never more, in order, and nothing is left behind."""

import threading
import time
from collections.abc import Generator

import pytest

from sources.connectors import ahead as module
from sources.connectors.ahead import ahead
from sources.connectors.base import Unavailable, no_beat


class Shelf:
    """Things that say when they were drawn, and whether they were put away."""

    def __init__(self, count: int, *, trouble: bool = False, seconds: float = 0.0) -> None:
        self.drawn: list[int] = []
        self.closed = threading.Event()
        self.by = set[int]()
        self.count, self.trouble, self.seconds = count, trouble, seconds

    def things(self) -> Generator[int | None]:
        try:
            for number in range(self.count):
                time.sleep(self.seconds)
                self.drawn.append(number)
                self.by.add(threading.get_ident())
                yield number or None  # the first is nothing at all, and a thing all the same
            if self.trouble:
                raise Unavailable("away")
        finally:
            self.closed.set()


def test_the_next_is_drawn_meanwhile_and_no_more_than_one() -> None:
    shelf, seen = Shelf(5), []
    for thing in ahead(shelf.things(), no_beat):
        deadline = time.monotonic() + 5
        while len(shelf.drawn) < min(5, len(seen) + 2) and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.005)
        seen.append(thing)
        assert len(shelf.drawn) == min(5, len(seen) + 1)
    assert seen == [None, 1, 2, 3, 4]
    assert shelf.by.isdisjoint({threading.get_ident()})
    assert len(shelf.by) == 1
    assert shelf.closed.is_set()


def test_trouble_comes_behind_what_came_before_it() -> None:
    seen: list[int | None] = []
    with pytest.raises(Unavailable, match="away"):
        seen.extend(ahead(Shelf(3, trouble=True).things(), no_beat))
    assert seen == [None, 1, 2]


def test_who_stops_early_leaves_no_thread_and_closes_what_was_drawn_from() -> None:
    shelf = Shelf(9)
    things = ahead(shelf.things(), no_beat)
    next(things)
    things.close()  # type: ignore[attr-defined]
    assert shelf.closed.is_set()
    assert not [one for one in threading.enumerate() if one.name.startswith("ahead")]


def test_it_beats_while_it_waits_and_what_the_beat_raises_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "NAP", 0.01)
    shelf = Shelf(2, seconds=0.1)

    def lost() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        next(ahead(shelf.things(), lost))
    assert shelf.closed.is_set()


@pytest.mark.parametrize("fails", [False, True])
def test_it_beats_while_it_closes_and_a_beat_that_fails_there_is_not_told(
    monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    monkeypatch.setattr(module, "NAP", 0.01)
    shelf, beats = Shelf(3, seconds=0.1), list[float]()

    def beat() -> None:
        beats.append(time.monotonic())
        if fails and len(shelf.drawn):
            raise InterruptedError

    things = ahead(shelf.things(), beat)
    next(things)
    beats.clear()
    things.close()  # type: ignore[attr-defined]
    assert (len(beats) == 1) if fails else (len(beats) > 2)
    assert shelf.closed.is_set()
