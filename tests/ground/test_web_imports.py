"""What a web process imports before it answers: no client of a source, which take seconds."""

import json
import os
import subprocess
import sys

import pytest

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
