"""Lines that people paste: they are Python, and their tags link themselves."""

import ast
from typing import Any

import pytest

from portal.pages.plan import history
from portal.pages.plan.snippets import project_of, snippets
from sprints import links
from sprints import task as reading
from sprints.models import Task, TaskEvent
from tests.sprints.made import MONDAY, Lab
from tracking.models import TrackerProject


def pasted(lab: Lab, task: Task, project: str = "lab/forms") -> dict[str, ast.Module]:
    seen = reading.read(lab.viewer, task)
    return {one.tracker: ast.parse(one.text) for one in snippets(task, seen.sprint, project)}


def words(tree: ast.Module) -> list[str]:
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_the_tags_of_a_pasted_snippet_link_the_run(lab: Lab) -> None:
    sprint = lab.sprint(49)
    task = lab.claim("DOC-2698", sprint=sprint)
    for tree in pasted(lab, task).values():
        run = lab.run(f"R-{lab.count}", *words(tree))
        assert links.runs_of(lab.viewer, [task.pk])[task.pk][0] == run.pk
        assert links.sprints_of(lab.viewer, [run.pk])[run.pk] == [sprint]


def test_a_task_in_no_sprint_has_its_key_only(lab: Lab) -> None:
    for tree in pasted(lab, lab.task("DOC-1")).values():
        assert not any("sprint" in word for word in words(tree))


@pytest.mark.parametrize(
    "name", ['lab/"); import os; os.system("', "lab/a\\", "lab/a\nb", "\u2028"]
)
def test_no_name_ends_its_string(lab: Lab, name: str) -> None:
    task = lab.task('DOC-1"+evil()+"')
    for tree in pasted(lab, task, name).values():
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        assert called <= {"init_run", "set_experiment", "start_run"}


def test_the_project_is_that_of_the_tasks_runs_else_of_its_sprint_else_the_only_one(
    lab: Lab,
) -> None:
    sprint = lab.sprint(49)
    task = lab.task("DOC-1", sprint=sprint)

    def project() -> str:
        return project_of(lab.viewer, reading.read(lab.viewer, task))

    assert project() == "lab/forms"
    other = TrackerProject.objects.create(
        **lab.mirrored(lab.tracker, "tracker-project"), name="lab/other"
    )
    assert project() == ""
    run = lab.run("R-1", "sprint 49")
    type(run).objects.filter(pk=run.pk).update(project=other)
    assert project() == "lab/other"
    lab.run("R-2", "DOC-1")
    assert project() == "lab/forms"


# ── history in words ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"kind": "created"}, "created it"),
        ({"kind": "status", "before": "To Do", "after": "Done"}, "moved it from To Do to Done"),
        ({"kind": "sprint", "before": "", "after": "Sprint 49"}, "put it into Sprint 49"),
        ({"kind": "sprint", "before": "S 48", "after": "S 48, S 49"}, "put it into S 49"),
        ({"kind": "sprint", "before": "S 48, S 49", "after": "S 48"}, "took it out of S 49"),
        (
            {"kind": "sprint", "before": "S 1", "after": "S 2"},
            "put it into S 2, and took it out of S 1",
        ),
        ({"kind": "points", "before": "", "after": "5.0"}, "estimated 5"),
        ({"kind": "points", "before": "5", "after": "8"}, "estimated 8 instead of 5"),
        ({"kind": "points", "before": "5", "after": ""}, "estimated nothing instead of 5"),
        ({"kind": "assignee", "before": "A", "after": "B"}, "gave it to B"),
        ({"kind": "assignee", "before": "A", "after": ""}, "took it from A"),
        ({"kind": "key", "before": "DOC-1", "after": "NEW-2"}, "moved it from DOC-1 to NEW-2"),
        ({"field": "description", "before": "x" * 99, "after": "y"}, "changed the description"),
        ({"field": "Rank", "before": "", "after": "1"}, "set the rank to 1"),
        ({"field": "Due", "before": "1", "after": ""}, "cleared the due (1)"),
        ({"field": "Type", "before": "a", "after": "b"}, "changed the type from a to b"),
    ],
)
def test_a_change_is_a_sentence(event: dict[str, Any], said: str) -> None:
    usual = {"kind": "other", "field": "f", "at": MONDAY}
    (happened,) = history.told([TaskEvent(**(usual | event))])
    assert (happened.who, happened.what) == ("Someone", said)
