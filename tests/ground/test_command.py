"""The `labledger` command as a checkout has it."""

import shutil
import subprocess
from pathlib import Path

from portal.environment import ROOT

COMMAND = ROOT / "bin" / "labledger"


def test_the_command_works_from_any_folder(tmp_path: Path) -> None:
    said = subprocess.run(
        [COMMAND, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
    )
    for verb in ("run", "doctor", "backup", "reset", "invite", "rotate"):
        assert f"\n    {verb} " in said.stdout


def test_without_an_environment_the_command_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    alone = shutil.copy(COMMAND, tmp_path / "bin")
    said = subprocess.run([alone, "run"], capture_output=True, text=True, timeout=30, check=False)
    assert said.returncode == 1
    assert f"`make run` in {tmp_path}" in said.stderr


def test_the_documents_name_the_command_where_it_is() -> None:
    for name in ("README.md", "docs/operations.md"):
        words = (ROOT / name).read_text()
        assert "bin/labledger run" in words
        assert ".venv/bin/labledger" not in words
