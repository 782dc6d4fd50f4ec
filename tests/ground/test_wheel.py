"""What a wheel would hold: every module, template and static file of the tree."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.environment import ROOT

FLOORS = ("portal", "handoff", "sprints", "tracking", "sources", "demo")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, laid out by setuptools from a copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for name in (*FLOORS, "templates", "static"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    words = [sys.executable, "setup.py", "--quiet", "build_py", "--build-lib", "built"]
    subprocess.run(words, cwd=copy, check=True, capture_output=True)
    return copy / "built"


def below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder)


@pytest.mark.parametrize("floor", FLOORS)
def test_every_file_of_a_floor_is_in_the_wheel(built: Path, floor: str) -> None:
    expected = set(below(ROOT / floor))
    found = set(below(built / floor))
    assert expected - found == set()


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_pages_and_static_files_join_the_portal(built: Path, folder: str) -> None:
    """There Django looks for them too: `portal` is an app."""
    assert set(below(ROOT / folder)) == set(below(built / "portal" / folder))


def test_what_runs_is_pinned_alike_for_the_tests() -> None:
    """`make test` makes the environment of `make run` too."""
    run, dev = (set(pins(name)) for name in ("run.txt", "dev.txt"))
    assert len(run) > 50
    assert run - dev == set()


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "sample.txt"])
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "lock" / name).read_text()
    assert "://" not in text
    entries = text.replace("\\\n", "").splitlines()
    naked = [line for line in entries if "==" in line and "--hash=sha256:" not in line]
    assert naked == []


def pins(name: str) -> list[str]:
    lines = (ROOT / "lock" / name).read_text().splitlines()
    return [line.split(" ")[0] for line in lines if line[:1].isalnum()]
