"""Several requests of one sync at once: answered in order, counted, ended by the first trouble."""

import threading
import time
from concurrent import futures
from functools import partial

import pytest

from sources.connectors.base import Unavailable
from sources.http import Budget
from tests.http.faulty import answer, faulty

OK = answer(body=b'{"who": "me"}')


def test_what_needs_nothing_of_each_other_is_asked_together_and_answered_in_order(make):
    """Each call ends only when four are under way: one after another they would wait in vain."""
    session, met = make(), threading.Barrier(4, timeout=20)

    def call(number):
        met.wait()
        return number

    assert session.together([partial(call, number) for number in range(8)]) == list(range(8))


def test_requests_that_are_made_together_are_all_counted(make):
    with faulty(*[OK] * 40) as server:
        session = make()
        asked = [partial(session.json, "GET", f"{server.url}/{n}") for n in range(40)]
        replies = session.together(asked)
    assert [reply.value for reply in replies] == [{"who": "me"}] * 40
    assert session.requests == len(server.seen) == 40


def test_two_threads_do_not_spend_the_same_pause() -> None:
    class Slow(Budget):
        def allows(self, seconds: float) -> bool:
            fits = super().allows(seconds)
            time.sleep(0.02)
            return fits

    budget = Slow(waiting=1.0)
    with futures.ThreadPoolExecutor(2) as pool:
        told = list(pool.map(budget.spend_wait, (1.0, 1.0)))
    assert sorted(told) == [False, True]
    assert budget.waited == 1.0


def test_the_first_trouble_of_several_is_raised_and_what_waits_is_not_asked(make):
    session, begun = make(), []

    def call(number):
        begun.append(number)
        if number == 1:
            raise Unavailable("the second is away")
        time.sleep(0.05)

    with pytest.raises(Unavailable, match="the second is away"):
        session.together([partial(call, number) for number in range(100)])
    assert len(begun) < 20


def test_who_reads_beats_while_others_ask(make):
    session, beats = make(), []
    session.beat = lambda: beats.append(threading.get_ident())
    session.together([partial(time.sleep, 1.1) for _ in range(2)])
    assert beats == [threading.get_ident()]


def test_a_lost_claim_ends_all_that_is_asked_together(make):
    class Lost(Exception):
        pass

    def lost():
        raise Lost

    session, begun = make(), []
    session.beat = lost

    def call(number):
        begun.append(number)
        time.sleep(0.6)

    with pytest.raises(Lost):
        session.together([partial(call, number) for number in range(40)])
    assert len(begun) < 20
