"""The tests' own ground: the closed net, the zone, the eyes on a page."""

import os
import socket
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Page

from tests import mlflows as tracker
from tests.browsing import PageChecks
from tests.loopback import LeavesTheMachine

BARE = (
    "<!doctype html><html lang=en><head><title>t</title></head><body><main>{}</main></body></html>"
)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_is_refused_by_name(host: str) -> None:
    with pytest.raises(LeavesTheMachine, match=host):
        socket.create_connection((host, 80), timeout=1)


def test_a_library_that_catches_errors_is_refused_all_the_same() -> None:
    with pytest.raises(LeavesTheMachine, match=r"192\.0\.2\.1"):
        urllib.request.urlopen("http://192.0.2.1/")


def test_names_that_nobody_has_fail_as_on_the_real_net() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("dead-host.invalid", 80), timeout=1)


def test_the_loopback_and_unix_sockets_are_open() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_the_zone_of_the_process_is_not_utc() -> None:
    assert time.strftime("%z") == "+0545"


def test_the_servers_are_the_embedded_ones_in_a_folder_of_the_tests(db: None) -> None:
    folder = os.environ["LABLEDGER_TEST_SERVERS"]
    assert connection.settings_dict["HOST"] == f"{folder}/run"
    assert connection.settings_dict["NAME"].startswith("test_")
    assert connection.pg_version >= 180000
    assert redis.Redis.from_url(settings.REDIS_URL).ping()
    with psycopg.connect(os.environ["DATABASE_URL"]) as line:
        assert line.execute("show fsync").fetchone() == ("off",)


def test_a_server_that_is_not_installed_fails_only_who_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker, "installed", lambda _line: False)
    begun = tracker.begin(tmp_path)
    assert begun == {}
    with pytest.raises(pytest.fail.Exception, match="line 2 is installed: make mlflow"):
        begun["2"].wait()


def test_a_page_signed_in_is_that_persons(
    signed_in_page: Callable[[Any], Page], django_user_model: type[User]
) -> None:
    ada = django_user_model.objects.create_user("ada")
    page = signed_in_page(ada)
    page.goto("/accounts/password/change/")
    assert "/login/" not in page.url


def test_a_violation_of_the_policy_fails_in_words(page: Page, page_checks: PageChecks) -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
    text = BARE.replace("<title>", policy + "<title>").format("<script>alert(1)</script>")
    page.route("**/bare", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto("/bare")
    with pytest.raises(AssertionError, match="content security policy: script-src-elem refused"):
        page_checks.nothing_wrong()


def test_an_error_in_a_script_fails_in_words(page: Page, page_checks: PageChecks) -> None:
    text = BARE.format("<script>nosuch()</script>")
    page.route("**/bare", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto("/bare")
    with pytest.raises(AssertionError, match="script error: nosuch is not defined"):
        page_checks.nothing_wrong()


def test_a_missing_file_fails_in_words(page: Page, page_checks: PageChecks) -> None:
    text = BARE.format('<h1>t</h1><img src="/static/nosuch.png" alt="none">')
    page.route("**/bare", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto("/bare", wait_until="networkidle")
    with pytest.raises(AssertionError, match=r"answer: 404 .*nosuch\.png"):
        page_checks.nothing_wrong()


def test_what_a_person_cannot_use_fails_in_words(page: Page, page_checks: PageChecks) -> None:
    page.set_content(BARE.format("<h1>t</h1><input name=a>"))
    with pytest.raises(AssertionError, match=r"label .*critical"):
        page_checks.accessible()
    page.set_content(BARE.format("<h1>t</h1><label>A <input name=a></label>"))
    page_checks()
