"""A run over the API: all that its page shows."""

from typing import Any
from uuid import uuid4

import pytest

from handoff.draft import start
from sprints.models import Evidence
from tests.pages.asking import seen
from tests.pages.conftest import client_of
from tests.pages.test_runs import fill, key_of
from tests.plan.test_api import Caller, queries
from tests.sprints.made import Lab
from tests.tracking.making import series, store
from tracking.models import Run
from tracking.streams import texts


@pytest.fixture
def reads(lab: Lab) -> Caller:
    return Caller(lab.viewer, "read")


def test_a_run_tells_its_tasks_sprints_and_hypotheses(lab: Lab, reads: Caller) -> None:
    fill(lab)
    sprint = lab.sprint(49)
    lab.task("TASK-1", sprint=sprint)
    claim = lab.claim("TASK-2", claimed={"metric": "valid/loss", "direction": "min"})
    Evidence.objects.create(task=claim, run=key_of(lab), added=True, by=lab.lead)
    told = reads.get(f"/runs/{key_of(lab)}/")
    assert {(one["task"]["name"], one["how"]) for one in told["tasks"]} == {
        ("TASK-1", "tag"), ("TASK-2", "person"),
    }  # fmt: skip
    assert [one["name"] for one in told["sprints"]] == ["Sprint 49"]
    (tested,) = told["hypotheses"]
    assert (tested["task"]["name"], tested["figures"]["best"]) == ("TASK-2", 0.6)
    assert told["parameters"]["same"] == 1


def test_what_a_run_is_for_costs_the_same_for_one_task_and_for_sixty(
    lab: Lab, reads: Caller
) -> None:
    fill(lab)
    reads.get("/me/")

    def more(first: int, last: int) -> int:
        for number in range(first, last):
            claim = lab.claim(f"MORE-{number}", claimed={"metric": "valid/loss"})
            Evidence.objects.create(task=claim, run=key_of(lab), added=True, by=lab.lead)
        return queries(reads, f"/runs/{key_of(lab)}/")

    assert more(1, 2) == more(2, 60)


def test_a_runs_records_are_listed_for_who_may_read_records(lab: Lab, reads: Caller) -> None:
    fill(lab, 2)
    run = Run.objects.get(pk=key_of(lab))
    drafted = start(run, by=lab.lead)
    url = reads.get(f"/runs/{run.pk}/")["records_url"].removeprefix("/api/v1")
    assert reads("get", url).status_code == 403
    asks = Caller(lab.viewer, "records")
    assert [one["id"] for one in asks.get(url)["rows"]] == [str(drafted.pk)]
    assert asks.get(f"/records/?state=all&run={key_of(lab, 'DOC-2')}")["rows"] == []
    assert asks.get("/records/?state=all&run=nonsense")["rows"] == []
    assert "a draft of lea" in seen(client_of(lab.viewer), f"/runs/{run.pk}/")


def test_a_log_is_read_from_its_beginning_and_from_its_end(
    lab: Lab, reads: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "CHUNK", 2)
    fill(lab)
    store(lab.tracker, series("DOC-1", "out", ["a", "b", "c", "d", "e"], text=True))
    of_run = f"/runs/{key_of(lab)}/logs/"
    assert reads.get(of_run) == [{"name": "logs", "lines": 1}, {"name": "out", "lines": 5}]

    def page(place: str) -> tuple[str, Any]:
        told = reads.get(f"{of_run}lines/?name=out&at={place}")
        return "".join(one["text"] for one in told["rows"]), told

    text, place = "", ""
    while True:
        words, told = page(place)
        text += words
        if not (place := told["next"]):
            break
    assert text == "abcde"
    assert (page("end")[0], page("nonsense")[0], page("99")[0]) == ("e", "ab", "e")
    words, told = page(told["previous"])
    assert (words, told["previous"]) == ("cd", "0")
    assert [one["step"] for one in told["rows"]] == [2.0, 3.0]
    assert told["rows"][0]["at"] == "1970-01-01T00:00:02Z"
    for asked in ("?name=none", "?name=a%00b", ""):
        assert reads("get", f"{of_run}lines/{asked}").status_code == 404


def test_more_series_than_an_answer_holds_are_counted(lab: Lab, reads: Caller) -> None:
    fill(lab)
    store(lab.tracker, *(series("DOC-1", f"m{n:02}", [0.1, 0.2]) for n in range(68)))
    store(lab.tracker, series("DOC-1", "monitoring/cpu", [1.0, 2.0]))
    url = f"/runs/{key_of(lab)}/curves/"
    told = reads.get(url)
    drawn = sum(len(chart["series"]) for chart in told["charts"])
    assert (drawn, told["drawn"], told["of"]) == (60, 60, 71)
    one = reads.get(f"{url}?name=m67&from=1")
    assert (one["drawn"], one["of"], one["charts"][0]["series"][0]["x"]) == (1, 1, [1])
    assert reads.get(f"{url}?name=m67&from=nan")["charts"][0]["series"][0]["x"] == [0, 1]


def test_a_strangers_token_reads_nothing_of_a_run(lab: Lab) -> None:
    fill(lab)
    asks = Caller(lab.stranger, "read", "records")
    for part in ("", "curves/", "logs/", "logs/lines/?name=logs"):
        assert asks("get", f"/runs/{key_of(lab)}/{part}").status_code == 404
        assert asks("get", f"/runs/{uuid4()}/{part}").status_code == 404
    assert asks.get(f"/records/?state=all&run={key_of(lab)}")["rows"] == []
