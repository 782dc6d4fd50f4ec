"""A run is found by its tracker's id in any case, however many runs there are."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handoff import listing
from handoff.models import Record
from portal.pages.plan.forms import runs_called
from sources.models import Source
from sprints.hypotheses.baselines import baselines
from sprints.models import Task
from tracking.models import Run, TrackerProject

pytestmark = pytest.mark.django_db
MANY = 1_000


@pytest.fixture
def runs(source: Source) -> Source:
    project = TrackerProject.objects.create(
        key=source.key("project", "p"), source=source, external_id="p", digest=b"", name="p"
    )
    Run.objects.bulk_create(
        Run(
            key=source.key("run", number), source=source, external_id=str(number), digest=b"",
            project=project, handle=f"Doc-{number}", state="finished",
        )
        for number in range(MANY)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracking_run")
    return source


def by_form(reader: User) -> list[Any]:
    return runs_called(reader, "dOC-17")


def by_text(reader: User) -> list[Any]:
    claim = Task(key=reader_key(reader), claimed={"baseline": "Doc-17"})
    return list(baselines(reader, [claim]).values())


def by_list(reader: User) -> list[Any]:
    list(Record.objects.filter(listing._saying(reader, "doc-17")))
    return []


def reader_key(reader: User) -> Any:
    return Source.objects.get().key("task", reader.pk)


def test_a_run_is_looked_up_along_an_index(runs: Source, reader: User) -> None:
    for look in (by_form, by_text, by_list):
        with CaptureQueriesContext(connection) as asked:
            look(reader)
        about_runs = [one["sql"] for one in asked.captured_queries if "handle" in one["sql"]]
        assert about_runs, look
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {about_runs[0]}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "runs_by_handle" in plan, plan
        assert "Seq Scan on tracking_run" not in plan


def test_the_case_of_a_handle_does_not_matter_and_a_part_of_it_is_not_it(
    runs: Source, reader: User
) -> None:
    found = Run.objects.visible_to(reader).called(["DOC-17", f"doc-{MANY - 1}", "doc-4", "oc-5"])
    assert sorted(run.handle for run in found) == ["Doc-17", "Doc-4", f"Doc-{MANY - 1}"]
    assert [run.handle for run in by_form(reader)] == ["Doc-17"]
    assert by_text(reader) == [runs.key("run", 17)]
