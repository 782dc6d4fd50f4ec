"""`task = DOC-1` in the runs table: by words, and over them what people tied and untied."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.plan.test_api import Caller
from tests.sprints.made import DAY, MONDAY, Lab
from tracking.models import Run


@pytest.fixture
def runs(lab: Lab) -> dict[str, Run]:
    """R-1 is of DOC-1 by its tag, R-2 by hand, R-3 was taken away, R-4 names it in vain,
    for the tie that is said first counts no more; R-5 is of nothing."""
    task = lab.task("DOC-1", was=["OLD-1"])
    made = {handle: lab.run(handle, *tags) for handle, tags in TAGS.items()}
    lab.said(made["R-2"], task, added=True)
    lab.said(made["R-3"], task, added=False)
    lab.said(made["R-4"], task, added=True)
    lab.said(made["R-4"], task, added=False, at=MONDAY + DAY)
    return made


TAGS = {"R-1": ["DOC-1"], "R-2": [], "R-3": ["OLD-1"], "R-4": ["DOC-1"], "R-5": []}


def csv_of(client: Client, query: str, *columns: str) -> list[list[str]]:
    asked = urlencode([("q", f"{query} order by run asc"), *(("col", one) for one in columns)])
    answer: Any = client.get(f"/runs/export.csv?{asked}")
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))[1:]


def found(client: Client, query: str) -> list[str]:
    return [row[0] for row in csv_of(client, query)]


@pytest.mark.parametrize(
    ("query", "handles"),
    [
        ("task = DOC-1", ["R-1", "R-2"]),
        ("task = old-1", ["R-1", "R-2"]),
        ("task in (DOC-1, DOC-404)", ["R-1", "R-2"]),
        ("task != DOC-1", ["R-3", "R-4", "R-5"]),
        ("not task = DOC-1", ["R-3", "R-4", "R-5"]),
        ("task = DOC-1 and run = R-2", ["R-2"]),
        ("task = DOC-404", []),
        ("task is missing", ["R-3", "R-4", "R-5"]),
        ("task is not missing", ["R-1", "R-2"]),
    ],
)
def test_what_people_tied_and_untied_counts_over_the_words(
    runs: dict[str, Run], reader: Client, query: str, handles: list[str]
) -> None:
    assert found(reader, query) == handles


def test_the_export_and_the_api_tell_the_tasks_that_the_page_tells(
    lab: Lab, runs: dict[str, Run], reader: Client
) -> None:
    lab.run("R-6", "DOC-404")
    told = {"R-1": "DOC-1", "R-2": "DOC-1", "R-3": "", "R-4": "", "R-5": "", "R-6": "DOC-404"}
    lines = csv_of(reader, "run ~ R", "task")
    assert {line[0]: line[6] for line in lines} == told
    assert {line[0]: line[8] for line in lines} == told, "its column says the same"
    rows = Caller(lab.viewer, "read").get("/runs/")["rows"]
    assert {row["handle"]: " ".join(row["tasks"]) for row in rows} == told


def test_a_run_that_one_of_two_tasks_of_a_key_lost_is_still_the_others(
    lab: Lab, runs: dict[str, Run], reader: Client
) -> None:
    twin = lab.task("DOC-1", source=lab.source("second", "jira"))
    assert found(reader, "task = DOC-1") == ["R-1", "R-2", "R-4"]
    assert found(reader, "task is missing") == ["R-3", "R-5"]
    lab.said(runs["R-4"], twin, added=False)
    assert found(reader, "task = DOC-1") == ["R-1", "R-2"]


def test_ties_to_tasks_that_one_does_not_see_tell_nothing(
    lab: Lab, runs: dict[str, Run], reader: Client
) -> None:
    """A word can be read on the run itself; what is said in another Jira cannot."""
    lab.jira.viewers.clear()
    assert found(reader, "task = DOC-1") == ["R-1", "R-4"]
    assert found(reader, "task is missing") == ["R-2", "R-5"]


def test_all_runs_of_a_hypothesis_are_where_its_page_leads(lab: Lab, reader: Client) -> None:
    claim = lab.claim("DOC-2")
    lab.run("R-1", "DOC-2")
    lab.said(lab.run("R-2"), claim, added=True)
    lab.said(lab.run("R-3", "DOC-2"), claim, added=False)
    page = reader.get("/h/DOC-2/").context["page"]
    there = {one.run.handle for one in page.runs}
    assert there == set(found(reader, "task = DOC-2")) == {"R-1", "R-2"}


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert b"R-2" in b"".join(client.get(url))
    return len(asked)


@pytest.mark.parametrize("url", ["/runs/", "/runs/export.csv", "/api/v1/runs/"])
def test_many_ties_cost_no_more_queries(
    lab: Lab, runs: dict[str, Run], reader: Client, url: str
) -> None:
    url += "?q=task+%3D+DOC-1&col=started"
    twin = lab.task("DOC-1", source=lab.source("second", "jira"))
    queries(reader, url)
    few = queries(reader, url)
    other = lab.task("DOC-9")
    for number in range(10, 60):
        run = lab.run(f"R-{number}", "DOC-1")
        lab.said(run, twin, added=bool(number % 2))
        lab.said(run, other, added=True)
    assert queries(reader, url) == few
