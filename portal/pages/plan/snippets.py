"""Lines to paste that start a run with the right tags, for each tracker."""

from dataclasses import dataclass

from sources.models import Person
from sprints.models import Sprint, Task
from sprints.task import Seen
from tracking.models import Run, TrackerProject

NEPTUNE = """\
import neptune

run = neptune.init_run(
    project="{project}",
    tags=[{tags}],
)"""
MLFLOW = """\
import mlflow

mlflow.set_experiment("{experiment}")
with mlflow.start_run(tags={{{tags}}}):
    ..."""


@dataclass(frozen=True, slots=True)
class Snippet:
    tracker: str
    text: str

    @property
    def label(self) -> str:
        return f"lines for {self.tracker}"


def snippets(task: Task, sprint: Sprint | None, project: str) -> list[Snippet]:
    """`project` is where the task's runs are: workspace/name, or empty."""
    number = f"sprint {sprint.number}" if sprint and sprint.number is not None else ""
    words = [task.name, *([number] if number else [])]
    pairs = [("task", task.name), *([("sprint", number)] if number else [])]
    neptune = NEPTUNE.format(
        project=quotable(project) or "workspace/project",
        tags=", ".join(f'"{quotable(word)}"' for word in words),
    )
    mlflow = MLFLOW.format(
        experiment=quotable(project).rpartition("/")[2] or "experiment",
        tags=", ".join(f'"{name}": "{quotable(value)}"' for name, value in pairs),
    )
    return [Snippet("Neptune", neptune), Snippet("MLflow", mlflow)]


def quotable(text: str) -> str:
    """What people paste is run: nothing may end the string that it stands in."""
    return "".join(letter for letter in text if letter.isprintable() and letter not in '"\\')


def project_of(user: Person, seen: Seen) -> str:
    """Where the task's newest run is, else the newest of its sprint, else the
    only project that there is. At most two queries."""
    run = seen.runs[0].run if seen.runs else _newest_of(user, seen.sprint)
    held = TrackerProject.objects.visible_to(user)
    if run is not None:
        return held.filter(pk=run.project_id).values_list("name", flat=True).first() or ""
    names = list(held.values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


def _newest_of(user: Person, sprint: Sprint | None) -> Run | None:
    if sprint is None or sprint.number is None:
        return None
    named = Run.objects.visible_to(user).mentioning("sprint", [f"sprint {sprint.number}"])
    return named.newest_first().only("project_id").first()
