"""`labledger run`, from the first start to the reset, on one data folder.

The tests are the chapters of one life, in order: a start costs seconds.
"""

import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from portal.embedded import postgres
from tests.ground.portal_process import Portal, labledger, living, soon


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Under /tmp itself: pytest's own folders are closed to Postgres' user."""
    above = Path(tempfile.mkdtemp(prefix="ll-run-", dir="/tmp"))
    above.chmod(0o711)
    yield above / "data"
    shutil.rmtree(above, ignore_errors=True)


@pytest.fixture(scope="module")
def portal(folder: Path) -> Iterator[Portal]:
    """Started for the first time, with an empty database."""
    running = Portal(folder, "--no-demo").ready()
    yield running
    running.end()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.address(folder / "run")) as line:
        return line.execute(query).fetchall()


def test_a_first_start_prints_an_address_and_a_login_that_opens_it(portal: Portal) -> None:
    name, password = portal.login()
    with httpx.Client(base_url=portal.url, follow_redirects=True, timeout=60) as person:
        page = person.get("/")
        assert page.url.path == "/accounts/login/"
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token
        form = {"login": name, "password": password, "csrfmiddlewaretoken": token[1]}
        answer = person.post("/accounts/login/", data=form, follow_redirects=False)
        assert answer.status_code == 302
        wrong = person.post("/accounts/login/", data=form | {"password": "wrong"})
        assert wrong.status_code in {200, 403}


def test_secrets_and_sockets_are_closed_to_others(portal: Portal, folder: Path) -> None:
    files = sorted(path.name for path in (folder / "keys").iterdir())
    assert files == ["first_login", "labledger_credential_keys", "labledger_secret_key"]
    for path in (folder / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for closed in ("keys", "logs", "run", "postgres", "valkey"):
        assert not (folder / closed).stat().st_mode & 0o077, closed


def test_a_second_start_on_the_same_folder_is_refused_in_words(
    portal: Portal, folder: Path
) -> None:
    second = labledger(folder, "run", "--no-demo")
    assert second.returncode == 1
    assert f"already runs on {folder} (process {portal.process.pid})" in second.stderr
    assert "Traceback" not in second.stderr
    assert portal.process.poll() is None


def test_a_taken_port_is_refused_in_words(portal: Portal, folder: Path) -> None:
    other = folder.with_name("other")
    second = labledger(other, "run", "--no-demo", "--port", str(portal.port))
    assert second.returncode == 1
    assert f"Port {portal.port} is taken" in second.stderr
    assert living(other) == []


def test_the_doctor_finds_a_running_portal_well(portal: Portal, folder: Path) -> None:
    told = labledger(folder, "doctor")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"runs here as process {portal.process.pid}" in told.stdout
    assert "The database is up to date" in told.stdout
    assert "Valkey answers" in told.stdout


def test_a_backup_of_a_running_portal_can_be_read_back(portal: Portal, folder: Path) -> None:
    blob = folder / "blobs/sha256/ba/78" / f"ba78{'0' * 60}"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"kept")
    target = folder.with_name("backup")
    told = labledger(folder, "backup", str(target))
    assert told.returncode == 0, told.stderr
    assert not target.stat().st_mode & 0o077
    assert (target / "blobs.sha256").read_text() == f"{blob.name}  {saved_name(blob, folder)}\n"
    assert (target / saved_name(blob, folder)).read_bytes() == b"kept"
    assert (target / "keys" / "labledger_credential_keys").is_file()
    restored(folder, target / "database.dump")
    again = labledger(folder, "backup", str(target))
    assert again.returncode == 1
    assert "is there already" in again.stderr


def saved_name(blob: Path, folder: Path) -> str:
    return str(blob.relative_to(folder))


def restored(folder: Path, dump: Path) -> None:
    """Into a second database of the same server, row for row."""
    with psycopg.connect(postgres.address(folder / "run"), autocommit=True) as line:
        line.execute("create database again")
    url = postgres.address(folder / "run", "again")
    program = str(postgres.wheel() / "bin" / "pg_restore")
    done = subprocess.run([program, f"--dbname={url}", str(dump)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    names = "select username from auth_user order by 1"
    with psycopg.connect(url) as line:
        assert line.execute(names).fetchall() == rows(folder, names) == [("admin",)]


def test_asked_to_stop_it_leaves_nobody_behind(portal: Portal, folder: Path) -> None:
    assert len(living(folder)) >= 6
    assert portal.end(signal.SIGINT) == 0
    assert "Stopping" in portal.said
    assert living(folder) == []
    assert "database system is shut down" in (folder / "logs/postgres.log").read_text()


def test_a_later_start_migrates_nothing_and_finds_everything(folder: Path) -> None:
    portal = Portal(folder, "--no-demo").ready()
    try:
        assert "up to date" not in portal.said
        assert "collected" not in portal.said
        assert rows(folder, "select username from auth_user") == [("admin",)]
    finally:
        portal.end(signal.SIGKILL)
    assert soon(lambda: living(folder) == []), living(folder)


def test_after_a_kill_it_starts_again_and_a_dead_child_ends_them_all(folder: Path) -> None:
    portal = Portal(folder, "--no-demo").ready()
    try:
        os.kill(portal.child("valkey-server"), signal.SIGKILL)
        assert soon(lambda: portal.process.poll() is not None)
    finally:
        code = portal.end()
    assert code == 1
    assert "valkey ended by itself (signal SIGKILL)" in portal.said
    assert living(folder) == []


@pytest.fixture
def elsewhere(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a migrated, empty database on the tests' own server."""
    with django_db_blocker.unblock():
        migrated = connection.settings_dict["NAME"]
        connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as line:
        line.execute("drop database if exists elsewhere with (force)")
        line.execute(
            sql.SQL("create database elsewhere template {}").format(sql.Identifier(migrated))
        )
        yield os.environ["DATABASE_URL"].replace("/labledger?", "/elsewhere?")
        line.execute("drop database elsewhere with (force)")


def test_servers_named_by_urls_are_used_and_none_of_ours_started(
    folder: Path, elsewhere: str
) -> None:
    queue = re.sub(r"\?db=\d+$", "?db=63", os.environ["REDIS_URL"])
    other = folder.with_name("served")
    portal = Portal(other, DATABASE_URL=elsewhere, REDIS_URL=queue).ready()
    try:
        assert not any("postgres -D" in line or "valkey-server" in line for line in living(other))
        assert not (other / "postgres").exists()
        assert not (other / "valkey").exists()
        with psycopg.connect(elsewhere) as line:
            assert line.execute("select username from auth_user").fetchall() == [("admin",)]
    finally:
        portal.end()


def test_reset_asks_then_stops_what_runs_and_deletes(folder: Path) -> None:
    portal = Portal(folder, "--no-demo")
    try:
        assert soon((folder / "run/.s.PGSQL.5432").exists)
        refused = labledger(folder, "reset")
        assert refused.returncode == 1
        assert portal.process.poll() is None
        done = labledger(folder, "reset", "--yes")
        assert done.returncode == 0, done.stderr
        assert not folder.exists()
        assert living(folder) == []
    finally:
        portal.end()
