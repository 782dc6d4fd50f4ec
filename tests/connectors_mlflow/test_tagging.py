"""Runs that people tie here are tagged in a real MLflow: once, and read back as ours."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from demo.mlflow import Server, Writer
from portal.streams import KINDS
from sources import engine
from sources.connectors.mlflow.tags import LONGEST_READ, TASKS, words_of
from sources.connectors.mlflow.writes import Tagger, TaskTag
from sources.connectors.writing import Declined
from sources.models import Source
from sprints import links
from sprints.models import Task
from sprints.outbox import delivery, mending
from sprints.outbox.models import Write
from tests.connectors_mlflow.proxy import Fault, Proxy, status
from tests.outbox.test_killed import PATIENCE, Nursery
from tests.sprints.made import Lab
from tracking.models import Run

NOW = round(time.time() * 1000)


@dataclass
class Bench:
    """A lab whose MLflow is a real one, behind a proxy, and may be written to."""

    proxy: Proxy
    writer: Writer
    experiment: str
    lab: Lab = field(default_factory=Lab)

    def __post_init__(self) -> None:
        self.source = self.lab.source("m", "mlflow")
        self.jira = self.source  # as whoever kills workers calls what they write to
        self.source.settings = {"address": self.proxy.url, "writes": "on"}
        self.source.save()
        self.source.settings |= {"experiments": [self.experiment]}
        self.source.save()
        self.task = self.lab.task("DOC-7", was=["OLD-7"])

    def run(self, **tags: str) -> Run:
        """One that is there, and stored as a sync would store it."""
        made = self.writer.run(self.experiment, start=NOW, end=NOW + 1, tags=tags)
        return self.lab.run(made, *words_of(tags), source=self.source)

    def tag(self, run: Run) -> str | None:
        told = self.writer._sent("GET", "/api/2.0/mlflow/runs/get", params={"run_id": run.handle})
        tags = {one["key"]: one["value"] for one in told["run"]["data"].get("tags", ())}
        return tags.get(TASKS)

    def tie(self, *runs: Run, task: Task | None = None) -> None:
        links.tie_all(runs, task or self.task, by=self.lab.lead.pk)

    def deliver(self) -> int:
        return delivery.deliver_due(Source.objects.get(pk=self.source.pk))

    def hurry(self) -> None:
        past = timezone.now() - timedelta(seconds=1)
        Write.objects.filter(state__in=("pending", "parked")).update(not_before=past)
        Write.objects.filter(state="sending").update(lease_until=past)

    def one(self) -> Write:
        return Write.objects.latest("pk")

    def ends(self) -> tuple[str, str]:
        self.deliver()
        row = self.one()
        return row.state, row.error

    def sync(self) -> None:
        self.source.cursors.update(finished_at=None)
        Source.objects.update(claim=None)
        self.source.refresh_from_db()
        sync = engine.claim(self.source)
        assert sync is not None
        kind = KINDS["mlflow"]
        engine.read(self.source, sync, lambda: kind.client(self.source), kind.streams)
        sync.refresh_from_db()
        assert sync.error == ""


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.url) as between:
        yield between


@pytest.fixture
def bench(db: None, proxy: Proxy, writer: Writer, experiment: str) -> Bench:
    return Bench(proxy, writer, experiment)


def test_a_tied_run_is_tagged_and_the_tag_comes_back_as_the_same_tie(bench: Bench) -> None:
    run = bench.writer.run(bench.experiment, start=NOW, end=NOW + 1, tags={"task": "DOC-77"})
    bench.sync()
    held = Run.objects.get(handle=run)
    lead = bench.lab.lead
    assert held in links.loose_runs(lead)
    bench.tie(held)
    assert bench.tag(held) is None, "only a worker asks MLflow"
    assert bench.deliver() == 1
    assert (bench.one().state, bench.tag(held)) == ("done", "DOC-7")
    bench.sync()
    held.refresh_from_db()
    assert held.tags == ["DOC-7", "DOC-77", "task=DOC-77"]
    assert [(one.task, one.how) for one in links.tasks_of(lead, [held.pk])[held.pk]] == [
        (bench.task, "person")
    ]
    assert held not in links.loose_runs(lead)
    assert bench.deliver() == 0, "what comes back is told nobody"
    links.untie(held, bench.task, by=lead.pk)
    bench.deliver()
    assert (bench.one().kind, bench.one().state, bench.tag(held)) == ("untag", "done", None)


def test_several_tasks_share_the_tag_and_one_leaves_by_any_of_its_keys(bench: Bench) -> None:
    run = bench.run()
    bench.writer.tag(run.handle, TASKS, "old-7, THEIRS-1")
    bench.tie(run, task=bench.lab.task("DOC-8"))
    bench.tie(run)
    bench.deliver()
    assert bench.tag(run) == "old-7, THEIRS-1, DOC-8, DOC-7"
    links.untie(run, bench.task, by=bench.lab.lead.pk)
    bench.deliver()
    assert bench.tag(run) == "THEIRS-1, DOC-8"


@pytest.mark.parametrize("line", ["3", "2"])
def test_both_lines_take_the_tag_once(line: str, mlflows: dict[Any, Server]) -> None:
    server = mlflows["3" if line == "3" else "2"].wait()
    writer = Writer(server.url)
    run = writer.run(writer.experiment(f"tag once {line}"), start=NOW)
    with Tagger(server.url) as tagger:
        changes = [
            TaskTag(run, add="DOC-1").apply(tagger).found,
            TaskTag(run, add="doc-1").apply(tagger).found,
            TaskTag(run, remove=["DOC-1"]).apply(tagger).found,
            TaskTag(run, remove=["DOC-1"]).apply(tagger).found,
        ]
        assert changes == [False, True, False, True]
        assert tagger.tag(run) is None
        with pytest.raises(Declined, match=r"tag labledger\.task would be longer"):
            TaskTag(run, add="A-" + "1" * LONGEST_READ).apply(tagger)
    writer.close()


def test_what_mlflow_declines_stands_in_its_own_words(bench: Bench) -> None:
    gone, unknown = bench.run(), bench.lab.run("f" * 32, source=bench.source)
    bench.writer.post("runs/delete", run_id=gone.handle)
    bench.tie(gone)
    state, words = bench.ends()
    assert state == "refused"
    assert "must be in the 'active' state" in words
    bench.writer.post("runs/restore", run_id=gone.handle)
    mending.again(bench.one(), by=bench.lab.lead.pk)
    assert (bench.ends(), bench.tag(gone)) == (("done", ""), "DOC-7")
    bench.tie(unknown)
    assert bench.ends() == ("refused", f"Run with id={'f' * 32} not found (404)")
    refused = bench.one()
    links.untie(unknown, bench.task, by=bench.lab.lead.pk)
    mending.again(refused, by=bench.lab.lead.pk)
    bench.deliver()
    refused.refresh_from_db()
    assert refused.state == "dropped", "an older one does not undo a newer"


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        (status(401, b'{"message": "Who are you?"}'), "refused", "(401): Who are you?. Store"),
        (status(403, b'{"message": "Permission denied"}'), "refused", "Permission denied (403)"),
        (status(404, b"{}"), "refused", "MLflow gives no reason (404)"),
        (status(429, b"{}", retry_after="30"), "parked", "wants a rest: not before"),
        (status(503, b"{}"), "pending", "answered 503 to POST /api/2.0/mlflow/runs/set-tag"),
    ],
)
def test_trouble_ends_as_words_and_is_mended(
    bench: Bench, fault: Any, state: str, words: str
) -> None:
    """MLflow itself has acted each time: nobody believes that before it was looked at."""
    run = bench.run()
    bench.tie(run)
    bench.proxy.faults.append(Fault("runs/set-tag", fault))
    ended, said = bench.ends()
    assert (ended, words in said) == (state, True), said
    mending.again(bench.one(), by=bench.lab.lead.pk)
    bench.hurry()
    bench.deliver()
    assert (bench.one().state, bench.tag(run)) == ("done", "DOC-7")
    assert bench.one().told[-1]["words"] == "it was there already"
    assert sum("set-tag" in asked for asked in bench.proxy.asked) == 1, "looked at, not sent again"


def test_writing_is_off_until_an_administrator_says_so_and_a_dry_run_sends_nothing(
    bench: Bench,
) -> None:
    runs = [bench.run(), bench.run(), bench.lab.run("R-9")]
    for mode in ("off", "dry", "on"):
        Source.objects.filter(pk=bench.source.pk).update(
            settings=bench.source.settings | {"writes": mode}
        )
        bench.tie(*runs)
    assert list(Write.objects.values_list("state", flat=True)) == [
        "dry",
        "dry",
        "pending",
        "pending",
    ]
    bench.tie(*runs)
    assert Write.objects.count() == 4, "the same is asked for once"


def test_the_queue_tells_of_tags_to_who_sees_both_sources(bench: Bench) -> None:
    run, lead, half = bench.run(task="NEW-1"), Client(), Client()
    lead.force_login(bench.lab.lead)
    half.force_login(bench.lab.stranger)
    bench.source.viewers.create(name="trackers only").user_set.add(bench.lab.stranger)
    asked = {"word": "NEW-1", "all": "yes", "task": "DOC-7"}
    told = lead.post("/inbox/tie/", asked, follow=True).content.decode()
    assert f"{run.handle} belongs to DOC-7 now. A tag is on the way to MLflow." in told
    bench.deliver()
    queue = lead.get("/outbox/?source=m").content.decode()
    assert f"tag labledger.task=DOC-7 on {run.handle}" in queue
    assert "with no login, for it asks for none" in queue
    assert "Runs that people tie to a task get its key as the tag labledger.task" in queue
    one = lead.get(f"/outbox/{bench.one().pk}/").content.decode()
    assert "POST /api/2.0/mlflow/runs/set-tag" in one
    assert f'href="/runs/{run.pk}/"' in one
    assert (
        "labledger.task" not in half.get("/outbox/?source=m").content.decode().partition("tabs")[2]
    )
    assert half.get(f"/outbox/{bench.one().pk}/").status_code == 404


def test_killed_in_every_phase_there_is_one_tag(
    transactional_db: None, proxy: Proxy, writer: Writer, experiment: str
) -> None:
    bench = Bench(proxy, writer, experiment)
    run, nursery = bench.run(), Nursery()
    bench.tie(run)
    for phase in ("claimed", "marked"):
        nursery.killed(bench, phase)  # type: ignore[arg-type]
        assert (bench.one().state, bench.tag(run)) == ("sending", None)
        bench.hurry()
    acted, dead = threading.Event(), threading.Event()
    bench.proxy.faults.append(Fault("runs/set-tag", lambda told: held_back(told, acted, dead)))
    pid = nursery.begin(bench, "never")  # type: ignore[arg-type]
    assert acted.wait(PATIENCE)
    os.kill(pid, signal.SIGKILL)
    assert nursery.heard() == -signal.SIGKILL
    dead.set()
    assert bench.tag(run) == "DOC-7", "MLflow has acted, and nobody heard"
    bench.hurry()
    nursery.killed(bench, "answered")  # type: ignore[arg-type]
    bench.hurry()
    bench.deliver()
    nursery.process.communicate(timeout=PATIENCE)
    assert (bench.one().state, bench.tag(run)) == ("done", "DOC-7")
    assert sum("set-tag" in asked for asked in proxy.asked) == 1


def held_back(answer: Any, acted: threading.Event, dead: threading.Event) -> Any:
    acted.set()
    dead.wait(PATIENCE)
    return answer
