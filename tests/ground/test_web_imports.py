"""What a web process imports before it answers: no client of a source, which take seconds."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path

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
CLIENTS = {
    "jira": "sources.connectors.jira.client",
    "mlflow": "sources.connectors.mlflow.client",
    "neptune": "sources.connectors.neptune.client",
    "neptune-archive": "sources.connectors.neptune_archive.archive",
}
ASK = f"""
import django, json, sys
django.setup()
import portal.urls, portal.tasks
from portal.streams import KINDS
assert set(KINDS) == set({CLIENTS!r})
told = [[name for name in {LATE!r} if name in sys.modules]]
for kind, client in {CLIENTS!r}.items():
    before = client in sys.modules
    KINDS[kind].streams
    told.append([before, client in sys.modules])
print(json.dumps(told))
"""


def test_the_web_knows_every_kind_of_source_and_imports_a_client_when_it_is_asked_for() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    at_first, *asked = json.loads(done.stdout.splitlines()[-1])
    assert at_first == []
    assert asked == [[False, True]] * len(CLIENTS)


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
