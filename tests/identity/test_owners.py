"""Owners and their runs are found along the indexes, not by reading every run."""

from django.db import connection

from tests.sprints.made import Lab
from tracking import owners
from tracking.models import Run
from tracking.owners import Owner


def planned(query: str, *given: object) -> str:
    """The plan that an index allows: no sequential scan and no sort where one can be
    spared. A test's tables are too small for either to cost what it would."""
    with connection.cursor() as cursor:
        for way in ("enable_seqscan", "enable_sort", "enable_incremental_sort"):
            cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute(f"EXPLAIN {query}", *given)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_every_owner_and_author_is_a_step_along_an_index(lab: Lab) -> None:
    asked = {"sources": [lab.tracker.pk], "most": 9}
    for query, index in (
        (owners.OWNERS, "runs_of_an_owner"),
        (owners.AUTHORS, "runs_of_an_author"),
    ):
        plan = planned(query, asked)
        assert plan.count(index) == 2, plan
        assert "Sort" not in plan, plan


def test_the_newest_runs_of_several_owners_come_once_and_newest_first(lab: Lab) -> None:
    mail = "mia@lab.test"
    for number in range(6):
        lab.run(f"R-{number}", owner=f"o{number % 2}", code={"email": mail} if number > 2 else {})
    lab.run("R-undated", owner="o0", started_at=None)
    owned = [Owner(lab.tracker.pk, "o0"), Owner(lab.tracker.pk, "o1")]
    found = owners.runs_of(lab.viewer, owned, [Owner(lab.tracker.pk, mail)], most=4)
    assert [run.handle for run in found] == ["R-5", "R-4", "R-3", "R-2"]
    every = owners.runs_of(lab.viewer, owned, [], most=20)
    assert [run.handle for run in every][-1] == "R-undated"
    assert len(every) == Run.objects.count()


def test_a_stranger_has_no_runs_of_anybody(lab: Lab) -> None:
    lab.run("R-1", owner="o0")
    assert owners.runs_of(lab.stranger, [Owner(lab.tracker.pk, "o0")], [], most=4) == []
    assert owners.owners([]) == owners.authors([]) == []
