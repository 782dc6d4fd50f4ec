"""`labledger doctor` says in words what is wrong, and is right about it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal import checkup, keys, supervisor
from portal.checkup import Finding, Grade, machine, place, stores
from portal.commands import doctor
from portal.embedded import lock
from tests.ground.portal_process import free_port, labledger


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder as the first start makes it, and no server named."""
    for name in ("DATABASE_URL", "REDIS_URL", "LABLEDGER_SECRET_KEY", "LABLEDGER_CREDENTIAL_KEYS"):
        monkeypatch.delenv(name)
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    monkeypatch.setenv("LABLEDGER_DATA", str(made))
    return made


def only(found: Iterator[Finding]) -> Finding:
    (one,) = found
    return one


def test_a_folder_that_others_may_read_is_wrong(folder: Path) -> None:
    assert only(place.rights()).grade is Grade.GOOD
    folder.chmod(0o755)
    told = only(place.rights())
    assert told == checkup.wrong(f"Others may read {folder}: run `chmod go-rw {folder}`.")
    shutil.rmtree(folder)
    assert "does not exist yet" in only(place.rights()).text


def test_a_key_that_others_may_read_is_wrong(folder: Path) -> None:
    assert {one.grade for one in place.secrets()} == {Grade.NOTE}
    keys.make(folder)
    assert {one.grade for one in place.secrets()} == {Grade.GOOD}
    (folder / "keys" / keys.NAMES[0]).chmod(0o644)
    grades = [one.grade for one in place.secrets()]
    assert grades == [Grade.WRONG, Grade.GOOD]


def test_keys_are_made_once(folder: Path) -> None:
    assert keys.make(folder) == list(keys.NAMES)
    before = [(folder / "keys" / name).read_text() for name in keys.NAMES]
    assert keys.make(folder) == []
    assert [(folder / "keys" / name).read_text() for name in keys.NAMES] == before


def test_a_database_of_another_version_or_owner_is_wrong(folder: Path) -> None:
    cluster = folder / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("16\n")
    assert "made by PostgreSQL 16" in only(place.cluster_version()).text
    if os.geteuid() == 0:  # made by us, root, and so not by Postgres' user
        assert "belongs to user 0" in only(place.owner()).text
    else:
        assert list(place.owner()) == []


def test_who_holds_the_folder_is_told(folder: Path) -> None:
    assert list(place.running()) == []
    with lock.held(folder):
        assert f"process {os.getpid()}" in only(place.running()).text
    assert "does not run" in only(place.running()).text


def test_servers_that_do_not_answer_are_wrong_when_named_and_no_password_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(stores.database()).grade is Grade.NOTE
    assert only(stores.queue()).grade is Grade.NOTE
    port = free_port()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hidden@127.0.0.1:{port}/x")
    monkeypatch.setenv("REDIS_URL", f"redis://:hidden@127.0.0.1:{port}/0")
    for found in (only(stores.database()), only(stores.queue())):
        assert found.grade is Grade.WRONG
        assert "does not serve us" in found.text
        assert "hidden" not in found.text


@pytest.mark.parametrize("address", ["localhost:6379", "me:hidden@localhost/x", "redis://h:x/0"])
def test_what_is_no_address_is_told_and_not_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for name, check in (("DATABASE_URL", stores.database), ("REDIS_URL", stores.queue)):
        monkeypatch.setenv(name, address)
        told = only(check())
        assert told.grade is Grade.WRONG
        assert f"{name} " in told.text
        assert "does not serve us" in told.text
        assert "hidden" not in told.text


def test_a_key_that_encrypts_nothing_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.make(folder)
    good = (folder / "keys" / keys.KEYRING).read_text().strip()
    monkeypatch.setenv(keys.KEYRING.upper(), f"{good} notakey")
    _, told = place.secrets()
    assert told.grade is Grade.WRONG
    assert told.text.startswith("Key 2 of LABLEDGER_CREDENTIAL_KEYS is no key")
    assert good not in told.text


def test_servers_that_answer_are_good() -> None:
    assert [one.grade for one in stores.database()] == [Grade.GOOD]
    assert [one.grade for one in stores.queue()] == [Grade.GOOD]


def test_little_room_and_none_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def left(free: int) -> Grade:
        usage: Any = shutil.disk_usage("/")._replace(free=free)
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)
        return only(machine.room()).grade

    assert left(50 * 10**9) is Grade.GOOD
    assert left(2 * 10**9) is Grade.NOTE
    assert left(5 * 10**8) is Grade.WRONG


def test_an_environment_that_is_not_the_locks_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(machine.packages()).grade is Grade.GOOD
    (tmp_path / "lock").mkdir()
    hashed = "\\\n    --hash=sha256:00\n"
    lines = (
        f"django==1.0 {hashed}nosuch-package==1 {hashed}other==1 ; sys_platform == 'win32' {hashed}"
    )
    (tmp_path / "lock" / "run.txt").write_text(lines)
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    told = only(machine.packages())
    assert told.grade is Grade.WRONG
    assert "django is 6." in told.text
    assert "nosuch-package is missing" in told.text
    assert "other" not in told.text


def test_a_file_that_may_not_be_read_is_a_finding_and_no_traceback() -> None:
    def closed() -> Iterator[Finding]:
        raise PermissionError(13, "no", "/closed")
        yield

    assert doctor.look(closed) == [checkup.wrong("This user may not read /closed.")]


def test_the_command_ends_with_1_and_counts_what_is_wrong(folder: Path) -> None:
    keys.make(folder)
    (folder / "keys" / keys.NAMES[0]).chmod(0o644)
    told = labledger(folder, "doctor", "--quiet")
    assert told.returncode == 1
    assert told.stdout.startswith("wrong  Others may read")
    assert "1 thing is wrong" in told.stderr


def test_a_taken_port_is_seen_before_anything_starts() -> None:
    port = free_port()
    assert supervisor.is_free("127.0.0.1", port)
    with pytest.raises(supervisor.CannotStart, match="Cannot listen on 192"):
        supervisor.is_free("192.0.2.1", port)
