"""Bounded time, where the client may go, its process, and Test connection."""

import os
import sys
import time
from importlib import import_module

import pytest

from demo.neptune import Fault
from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.neptune import NeptuneClient, session
from tests.connectors_neptune.reading import bytes_of, read
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT

PAGE = "searchLeaderboardEntries"


@pytest.fixture(scope="module")
def logged(practice, tmp_path_factory):
    with writing.run(practice, tmp_path_factory.mktemp("connection")) as run:
        run["file"].upload(import_module("neptune.types").File.from_content("x" * 3_000_000))
        return run["sys/id"].fetch()


# ── bounded time ─────────────────────────────────────────────────────────────


def impatient(practice, **options) -> NeptuneClient:
    return NeptuneClient(practice.token("hasty"), read=0.2, patience=0.0, **options)


@pytest.mark.parametrize(
    "operation",
    ["swagger", "getClientConfig", "exchangeApiToken", "token", "getProject", PAGE],
)
def test_a_server_that_says_nothing_is_not_waited_for(practice, operation):
    """The client sets no limit for its start-up, its tokens and its downloads."""
    client = impatient(practice)
    practice.fault(Fault(operation, slow=8.0))
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"did not answer in time|could not be reached"):
        read(client)
    assert time.monotonic() - began < 5.0
    client.close()


def test_a_download_that_says_nothing_is_not_waited_for(practice, logged):
    client = impatient(practice)
    record = read(client).file(logged, "file")
    practice.fault(Fault("downloadAttribute", slow=8.0))
    began = time.monotonic()
    with pytest.raises(OSError, match="did not answer in time"):
        bytes_of(record)
    assert time.monotonic() - began < 5.0
    client.close()


def test_a_download_that_breaks_off_is_never_taken_for_whole(practice, logged, neptune):
    record = read(neptune).file(logged, "file")
    practice.fault(Fault("downloadAttribute", cut=True))
    with pytest.raises(OSError, match="middle of a file"):
        bytes_of(record)
    assert len(bytes_of(record)) == 3_000_000


def test_a_file_that_is_gone_is_a_missing_file(practice, logged, neptune):
    record = read(neptune).file(logged, "file")
    practice.fault(Fault("downloadAttribute", status=404))
    with pytest.raises(FileNotFoundError, match="no longer there"):
        bytes_of(record)


# ── where it may go ──────────────────────────────────────────────────────────


def test_nobody_is_at_the_address():
    token = import_module("demo.neptune.tokens").api_token("ann", "http://127.0.0.1:9")
    client = NeptuneClient(token, patience=0.0)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9: could not be reached"):
        client.test()


def test_a_name_that_does_not_exist_is_told():
    token = import_module("demo.neptune.tokens").api_token("ann", "https://neptune.invalid")
    client = NeptuneClient(token, patience=0.0)
    with pytest.raises(Unavailable, match=r"neptune\.invalid: could not be reached"):
        client.test()


def test_plain_http_beyond_this_machine_is_refused_unless_allowed():
    token = import_module("demo.neptune.tokens").api_token("ann", "http://neptune.invalid")
    with pytest.raises(Unauthorized, match="Use https"):
        NeptuneClient(token).test()
    with pytest.raises(Unavailable):
        NeptuneClient(token, insecure=True, patience=0.0).test()


def test_another_servers_download_does_not_get_our_token(practice, logged, neptune, monkeypatch):
    """File stores often live elsewhere, with an address that needs none."""
    neptune.projects()
    seen = []
    monkeypatch.setattr(neptune._wire.session.authenticator, "apply", seen.append)
    with pytest.raises(Unavailable):
        neptune._wire.fetch("http://127.0.0.1:9/elsewhere.zip")
    assert seen == []


# ── the process ──────────────────────────────────────────────────────────────


def test_the_client_is_imported_by_the_first_question_only_and_its_patience_set_before():
    source = (
        "import sys\n"
        "from sources.connectors.neptune import NeptuneClient, session\n"
        "client = NeptuneClient('x')\n"
        "assert 'neptune' not in sys.modules\n"
        "session.import_client(read_timeout=20)\n"
        "from neptune.common.backends import utils\n"
        "from neptune.internal.backends import hosted_client\n"
        "assert utils.retries_timeout == 1 and hosted_client.REQUEST_TIMEOUT == 20\n"
    )
    done = import_module("subprocess").run(
        [sys.executable, "-W", "ignore", "-c", source], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_without_the_client_people_are_told_what_to_install(monkeypatch):
    def missing(name: str):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(session, "import_module", missing)
    with pytest.raises(Unauthorized, match=r"labledger\[neptune\]"):
        NeptuneClient("x").test()


def test_a_forked_worker_reads_with_a_client_of_its_own(practice, logged, neptune):
    """Celery forks; the parent may have read before."""
    neptune.projects()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            client = NeptuneClient(practice.token("child"))
            os.write(writer, b"read" if logged in read(client).runs else b"lost")
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as heard:
        assert heard.read() == b"read"
    os.waitpid(child, 0)


# ── Test connection ──────────────────────────────────────────────────────────


def test_the_connection_test_says_who_and_what(practice, neptune):
    found = neptune.test()
    assert found.who == "reader"
    assert PROJECT in found.projects
    assert abs(found.clock_skew) < 5
    assert found.zone == "UTC"
    assert not found.notes
    assert neptune.requests < 15


def test_projects_beyond_the_first_page_are_listed(practice, neptune):
    practice.projects_a_page = 2
    for number in range(5):
        practice.store.add_project(f"acme/many-{number}", key=f"M{number}")
    found = neptune.projects()
    practice.projects_a_page = 100
    assert len(found) == len(set(found)) == len(neptune.projects())


def test_an_account_without_projects_is_told_to_ask(practice):
    for project in practice.store.projects.values():
        project.members = ["ann", "reader"]
    try:
        client = NeptuneClient(practice.token("stranger"))
        found = client.test()
        assert found.projects == []
        assert "no project" in found.notes[0]
        client.close()
    finally:
        for project in practice.store.projects.values():
            project.members = None


# ── beats ────────────────────────────────────────────────────────────────────


def test_every_request_beats_and_so_does_each_mebibyte_of_a_file(practice, logged, neptune):
    beats: list[int] = []
    neptune.use_beat(lambda: beats.append(1))
    record = read(neptune).file(logged, "file")
    assert len(beats) == neptune.requests
    beats.clear()
    assert len(bytes_of(record)) == 3_000_000
    assert len(beats) >= 1 + 3


def test_a_lost_claim_ends_the_asking_in_the_middle(practice, logged, neptune):
    """What the beat raises goes through the client library untouched."""

    class Gone(Exception):
        pass

    def beat() -> None:
        if neptune.requests == 3:
            raise Gone

    neptune.use_beat(beat)
    with pytest.raises(Gone):
        read(neptune)
    assert neptune.requests == 3
