"""/healthz: quick, for strangers, and without a secret."""

import logging

import pytest
from django.core.cache import cache
from django.test import Client

from portal import health, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_beat():
    cache.clear()


def test_a_portal_that_works_says_so():
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "queue": "ok",
        "blobs": "ok",
        "beat_age_seconds": None,
    }
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_beats_age_is_told():
    tasks.sync_due_sources()
    assert Client().get("/healthz").json()["beat_age_seconds"] in {0, 1, 2}


PARTS = {"database", "queue", "blobs"}
DOWN = [
    ("queue", "REDIS_URL", "redis://127.0.0.1:1/0"),
    ("blobs", "BLOBS", "/proc/no-such/blobs"),
]


@pytest.mark.parametrize(("part", "name", "value"), DOWN)
def test_a_part_that_is_down_is_told_without_a_reason(settings, part, name, value):
    setattr(settings, name, value)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    told = answer.json()
    assert {one for one in PARTS if told[one] == "down"} == {part}
    assert {one for one in PARTS if told[one] == "ok"} == PARTS - {part}
    assert value not in answer.content.decode()


def test_a_database_that_is_gone_is_told(monkeypatch):
    held = health.connection.settings_dict
    monkeypatch.setitem(held, "NAME", "no_such_database")
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "down"


def test_being_asked_leaves_no_line_in_the_log(caplog):
    caplog.set_level(logging.INFO)
    Client().get("/healthz")
    assert "/healthz" not in caplog.text
    Client().get("/accounts/login/")
    assert "/accounts/login/" in caplog.text


def test_only_reading_is_answered():
    assert Client().post("/healthz").status_code == 405
    assert Client().head("/healthz").status_code == 200
