"""What a web process imports before it answers: no client of a source, which take seconds."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import processes
from tests.ground.portal_process import free_port, soon

LATE = (
    "jira",
    "neptune",
    "pyarrow",
    "sources.connectors.jira.client",
    "sources.connectors.mlflow.client",
    "sources.connectors.neptune.client",
    "sources.connectors.neptune_archive.archive",
    "portal.readers.jira",
    "portal.readers.mlflow",
)
ASK = "import django, json, sys; django.setup(); import portal.urls, portal.tasks; {more}; print("
ASK += "json.dumps([name for name in {late!r} if name in sys.modules]))"


def imported(more: str) -> list[str]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", ASK.format(more=more, late=LATE)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_web_knows_every_kind_of_source_and_imports_none_of_their_clients() -> None:
    assert imported("from portal.streams import KINDS; assert len(KINDS) == 4") == []


@pytest.mark.parametrize(
    ("kind", "client"),
    [
        ("jira", "sources.connectors.jira.client"),
        ("mlflow", "sources.connectors.mlflow.client"),
        ("neptune", "sources.connectors.neptune.client"),
        ("neptune-archive", "sources.connectors.neptune_archive.archive"),
    ],
)
def test_how_a_kind_is_read_is_imported_when_it_is_asked_for(kind: str, client: str) -> None:
    assert client in imported(f"from portal.streams import KINDS; KINDS[{kind!r}].streams")


def test_the_web_waits_for_its_mark_with_everything_imported(tmp_path: Path) -> None:
    mark, port = tmp_path / "mark", free_port()
    web = processes.web("127.0.0.1", port, after=mark)
    with subprocess.Popen(web.command, env=os.environ | web.environment) as process:
        try:
            assert soon(lambda: "site-packages/granian" in maps_of(process.pid), 60)
            assert not answers(port), "no page before the database is there"
            mark.touch()
            assert soon(lambda: answers(port), 60)
            workers = children_of(process.pid)
            assert len(workers) == 2, "forked, since each has the command of the first"
            assert {command_of(one) for one in workers} == {command_of(process.pid)}
        finally:
            process.terminate()
            process.wait()


def answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/static/nothing")
        return line.getresponse().status > 0
    except OSError:
        return False
    finally:
        line.close()


def maps_of(process: int) -> str:
    return Path(f"/proc/{process}/maps").read_text()


def children_of(process: int) -> list[int]:
    return [
        int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def command_of(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()
