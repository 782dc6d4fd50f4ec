"""What a command does not do, and says in words."""

import argparse
import os
from pathlib import Path

import pytest

from portal import cli, supervisor
from portal.commands import reset
from tests.ground.portal_process import free_port


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    monkeypatch.setenv("LABLEDGER_DATA", str(made))
    return made


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")


def test_reset_deletes_no_folder_that_labledger_did_not_make(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "precious/thesis.txt")
    assert reset.main(argparse.Namespace(yes=True)) == 1
    assert "no data folder of Labledger's" in capsys.readouterr().err
    assert (folder / "precious/thesis.txt").is_file()


def test_reset_leaves_what_a_stranger_put_into_the_data_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "keys/first_login", "lock", "blobs/a", "web.mark", "beat-schedule", "logs/x")
    write(folder, "backup/database.dump", "notes.txt")
    assert reset.main(argparse.Namespace(yes=True)) == 0
    assert "what it did not make stays: backup, notes.txt." in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["backup", "notes.txt"]


def test_reset_follows_its_own_links_and_takes_the_folder_with_the_rest(
    folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "postgres").symlink_to(elsewhere)
    write(folder, "keys/first_login")
    assert reset.main(argparse.Namespace(yes=True)) == 0
    assert not folder.exists()
    assert not elsewhere.exists()


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "8000.5"])
def test_a_port_that_is_none_is_said_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    monkeypatch.setenv("LABLEDGER_PORT", port)
    with pytest.raises(SystemExit) as left:
        cli.main(["doctor", "--help"])
    assert left.value.code == 0
    with pytest.raises(SystemExit) as left:
        cli.main(["run"])
    assert left.value.code == 2
    assert f"'{port}' is no port" in capsys.readouterr().err


def test_servers_that_are_named_and_do_not_answer_stop_a_start_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hidden@127.0.0.1:{free_port()}/x")
    monkeypatch.setenv("REDIS_URL", "localhost:6379")
    here = os.getcwd()  # noqa: PTH109 -- a start goes to the project's folder
    try:
        assert supervisor.run(supervisor.Wish(port=free_port(), demo=False)) == 1
    finally:
        os.chdir(here)
    told = capfd.readouterr()
    words = told.out + told.err
    assert "DATABASE_URL (postgresql://127.0.0.1/x) does not serve us: " in words
    assert "REDIS_URL does not serve us: it is no address" in words
    assert "hidden" not in words
    assert not (folder / "keys").exists()
