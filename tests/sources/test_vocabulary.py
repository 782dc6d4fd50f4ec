"""The words that search knows, learned by several workers at once."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sources import documents
from sources.models import Word


def words() -> set[str]:
    return set(Word.objects.values_list("word", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_sources_that_write_the_same_words_crosswise_both_end() -> None:
    """Each transaction learns twice, the two in opposite orders."""
    began, waits = Event(), Event()
    ended: list[str] = []

    def other() -> None:
        try:
            with transaction.atomic():
                began.wait(10)
                waits.set()
                documents.learn(["zebra"])
                documents.learn(["aardvark"])
            ended.append("other")
        finally:
            connection.close()

    worker = Thread(target=other)
    worker.start()
    with transaction.atomic():
        documents.learn(["aardvark"])
        began.set()
        assert waits.wait(10)
        worker.join(0.3)  # it stands at its first word
        documents.learn(["zebra"])
    worker.join(10)
    assert ended == ["other"]
    assert words() >= {"aardvark", "zebra"}


@pytest.mark.django_db
def test_words_that_are_known_cost_one_look_up_and_no_lock() -> None:
    documents.learn(["alpha beta", "beta gamma"])
    with CaptureQueriesContext(connection) as queries:
        documents.learn(["gamma alpha"])
    assert len(queries) == 1
    assert not any("lock" in one["sql"] for one in queries.captured_queries)
    documents.learn(["gamma delta"])
    assert words() >= {"alpha", "beta", "gamma", "delta"}


@pytest.mark.django_db
def test_a_page_that_is_rolled_back_teaches_nothing() -> None:
    def page() -> None:
        with transaction.atomic():
            documents.learn(["quokka"])
            raise RuntimeError("the page fails")

    with pytest.raises(RuntimeError, match="the page fails"):
        page()
    assert "quokka" not in words()
