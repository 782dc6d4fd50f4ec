"""Which runs belong to a task, as conditions on runs: what the runs table asks of this floor.

The same rule as `links` has for a task's page: a run's words name one of the keys that
the task has or had, unless a person untied the two; or a person tied them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from sources.models import Person
from sprints import links
from sprints.models import Evidence, Task, TaskKey
from tracking.models import Mention
from tracking.runs.tasks import Named, Names


@dataclass(frozen=True, slots=True)
class Belonging:
    """For one person: what was said of tasks that they do not see tells them nothing,
    and a key that no task has which they see is only a word."""

    user: Person

    def of(self, keys: Sequence[str]) -> Q:
        """One query, and the condition, which walks the index of words alone where nobody
        said anything by hand of these tasks."""
        held = self._held(keys)
        names = {*keys, *(name for _, name, _ in held)}
        words = Mention.objects.filter(kind="key", value__in=names)
        if not any(said for _, _, said in held):
            return Q(pk__in=words.values("run"))
        tasks = {task for task, _, _ in held}
        lost = names.difference(name for _, name, _ in held)
        there = TaskKey.objects.filter(task__in=tasks)
        words = words.filter(Q(value__in=lost) | Exists(_not_untied(there)))
        tied = links.last_words(added=True).filter(task__in=tasks)
        # One subquery, not two with an "or" between: that would look at every run.
        return Q(pk__in=words.values("run").union(tied.values("run")))

    def _held(self, keys: Sequence[str]) -> list[tuple[UUID, str, bool]]:
        """(task, key, whether a person tied or untied a run) of all keys of the tasks of these."""
        tasks = Task.objects.visible_to(self.user).filter(keys__name__in=keys)
        said = Exists(Evidence.objects.filter(task=OuterRef("task")))
        held = TaskKey.objects.filter(task__in=tasks.values("pk")).annotate(said=said)
        return list(held.values_list("task", "name", "said"))

    def none(self) -> Q:
        words = Mention.objects.filter(run=OuterRef("pk"), kind="key").filter(
            ~Exists(self._untied_mention()) | Exists(_not_untied(self._seen(TaskKey.objects.all())))
        )
        tied = self._seen(links.last_words(added=True)).filter(run=OuterRef("pk"))
        return ~Q(Exists(words)) & ~Q(Exists(tied))

    def _untied_mention(self) -> QuerySet[Evidence]:
        """Within a mention: a person took its run away from a task of that key."""
        taken = self._seen(links.last_words(added=False))
        return taken.filter(run=OuterRef("run"), task__keys__name=OuterRef("value"))

    def _seen[Row: (Evidence, TaskKey)](self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows.filter(Exists(Task.objects.visible_to(self.user).filter(pk=OuterRef("task"))))

    def names(self, words: Mapping[UUID, Sequence[Named]]) -> dict[UUID, Names]:
        return links.names_of(self.user, words)


def _not_untied(keys: QuerySet[TaskKey]) -> QuerySet[TaskKey]:
    """Within a mention: tasks of that key that its run was not taken away from."""
    return keys.filter(~links.untied(), name=OuterRef("value"))
