"""Which runs belong to which tasks.

A run names a task in its tags, name or description (tracking keeps that as
mentions, knowing no task); here the names meet the keys that tasks have, or
once had. So a run may come before its task, and a moved key heals itself.
What a person tied or untied by hand counts over the words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Func, OuterRef, Q, QuerySet

from sources.among import among, among_words
from sources.models import Person
from sprints.models import Dismissal, Evidence, Sprint, Task, TaskKey, Write
from sprints.outbox import asking
from tracking import twins
from tracking.models import Mention, Run, RunQuerySet
from tracking.runs.lines import mentioned
from tracking.runs.tasks import Named, Names, keys_in


@dataclass(frozen=True, slots=True)
class Link:
    """A task of a run, and how it came to be: "tag", "name", "description", "person"."""

    task: Task
    how: str


def runs_of(
    user: Person, tasks: Iterable[UUID], *, sources: Collection[UUID] | None = None
) -> dict[UUID, list[UUID]]:
    """The visible runs of each task, newest first, of all sources or of these: four
    queries, whatever their number, five where some were copied from tracker to
    tracker. Of a run and its copies a task has one."""
    wanted = list(tasks)
    names = TaskKey.objects.filter(task__in=wanted).values_list("name", "task")
    by_name: dict[str, list[UUID]] = {}
    for name, task in names:
        by_name.setdefault(name, []).append(task)
    pairs = {
        (task, run)
        for value, run in Mention.objects.filter(kind="key", value__in=by_name).values_list(
            "value", "run"
        )
        for task in by_name[value]
    }
    for task, run, added in _by_hand(Q(task__in=wanted)):
        (pairs.add if added else pairs.discard)((task, run))
    runs = Run.objects.visible_to(user).filter(pk__in={run for _, run in pairs}, trashed=False)
    return _in_order(runs if sources is None else runs.filter(source__in=sources), wanted, pairs)


def _in_order(
    runs: RunQuerySet, tasks: Sequence[UUID], pairs: set[tuple[UUID, UUID]]
) -> dict[UUID, list[UUID]]:
    told = dict(runs.newest_first().values_list("pk", "provenance__same_as"))
    order, same = {run: at for at, run in enumerate(told)}, twins.among_them(told)
    found: dict[UUID, list[UUID]] = {task: [] for task in tasks}
    for task, run in pairs:
        if run in order:
            found[task].append(run)
    for several in found.values():
        several.sort(key=order.__getitem__)
    return {task: same.once(several) for task, several in found.items()}


def _by_hand(where: Q | Func) -> list[tuple[UUID, UUID, bool]]:
    """(task, run, added), the newest word on each pair only."""
    rows = Evidence.objects.filter(where).order_by("task", "run", "-at", "-id")
    return list(rows.distinct("task", "run").values_list("task", "run", "added"))


def tasks_of(user: Person, runs: Iterable[UUID]) -> dict[UUID, list[Link]]:
    """The visible tasks of each run: five queries, whatever their number. A
    task that several words name is linked once, by the strongest."""
    wanted = list(runs)
    words = mentioned(wanted)
    how = _how(wanted, words, _holders(words))
    tasks = Task.objects.visible_to(user).in_bulk({task for _, task in how})
    found: dict[UUID, list[Link]] = {run: [] for run in wanted}
    for (run, task), place in how.items():
        if task in tasks:
            found[run].append(Link(tasks[task], place))
    return found


def names_of(user: Person, words: Mapping[UUID, Sequence[Named]]) -> dict[UUID, Names]:
    """By run, of what its words name, as `mentioned` read it: three queries."""
    holders = _holders(words)
    how = _how(list(words), words, holders)
    names = _names(user, {task for _, task in how}.union(*holders.values()))
    known = {name for name, tasks in holders.items() if not names.keys().isdisjoint(tasks)}
    found = {
        run: Names([], [name for name in keys_in(several) if name not in known])
        for run, several in words.items()
    }
    for run, task in how:
        if task in names:
            found[run].tasks.append(names[task])
    return found


def _names(user: Person, tasks: Collection[UUID]) -> dict[UUID, str]:
    seen = Task.objects.visible_to(user).filter(among("key", tasks))
    return dict(seen.values_list("key", "name")) if tasks else {}


STRENGTH = ("description", "name", "tag")


def _how(
    runs: Sequence[UUID],
    words: Mapping[UUID, Sequence[Named]],
    holders: Mapping[str, Collection[UUID]],
) -> dict[tuple[UUID, UUID], str]:
    """(run, task) and how it came to be: by words, the strongest last; then by hand."""
    how = {
        (run, task): one.place
        for run, several in words.items()
        for one in sorted(several, key=_weakest_first)
        if one.kind == "key"
        for task in holders.get(one.value, ())
    }
    for task, run, added in _by_hand(among("run", runs)):
        if added:
            how[run, task] = "person"
        else:
            how.pop((run, task), None)
    return how


def _weakest_first(one: Named) -> int:
    return STRENGTH.index(one.place) if one.place in STRENGTH else -1


def _holders(words: Mapping[UUID, Iterable[Named]]) -> dict[str, set[UUID]]:
    """The tasks that have, or had, each key: two sources may use the same."""
    named = {name for several in words.values() for name in keys_in(several)}
    found: dict[str, set[UUID]] = {}
    held = TaskKey.objects.filter(among_words("name", named))
    for name, task in held.values_list("name", "task"):
        found.setdefault(name, set()).add(task)
    return found


def sprints_of(user: Person, runs: Iterable[UUID]) -> dict[UUID, list[Sprint]]:
    """The visible sprints that each run's words name."""
    wanted = list(runs)
    words = mentioned(wanted)
    numbers = {
        run: {int(one.value.split()[-1]) for one in words.get(run, ()) if one.kind == "sprint"}
        for run in wanted
    }
    held = Sprint.objects.visible_to(user).filter(number__in=set().union(*numbers.values()))
    by_number: dict[int | None, list[Sprint]] = {}
    for sprint in held:
        by_number.setdefault(sprint.number, []).append(sprint)
    return {
        run: [sprint for number in sorted(several) for sprint in by_number.get(number, [])]
        for run, several in numbers.items()
    }


# ── what belongs to nothing yet ──────────────────────────────────────────────


def loose_runs(user: Person) -> RunQuerySet:
    """Runs that belong to no task this person sees: the inbox. Their words name
    none that is there, nobody tied them to one, and nobody put them aside."""
    there = Task.objects.visible_to(user)
    named = TaskKey.objects.filter(Exists(there.filter(pk=OuterRef("task"))), ~untied())
    by_words = Mention.objects.filter(
        Exists(named.filter(name=OuterRef("value"))), run=OuterRef("pk"), kind="key"
    )
    by_hand = last_words(added=True).filter(Exists(there.filter(pk=OuterRef("task"))))
    return Run.objects.visible_to(user).filter(
        ~Exists(by_words),
        ~Exists(by_hand.filter(run=OuterRef("pk"))),
        ~Exists(Dismissal.objects.filter(run=OuterRef("pk"))),
        trashed=False,
    )


NEWEST = 500  # runs that a badge looks at


def count_loose(user: Person, *, most: int = 100) -> int:
    """How many of the newest runs are loose, for a badge: at most one more than
    `most`. Older ones are not counted, so it costs the same at any size."""
    newest = Run.objects.visible_to(user).filter(trashed=False, started_at__isnull=False)
    keys = list(newest.order_by("-started_at", "-key").values_list("pk", flat=True)[:NEWEST])
    return loose_runs(user).filter(pk__in=keys).order_by()[: most + 1].count()


def last_words(*, added: bool) -> QuerySet[Evidence]:
    """What people said of a pair last."""
    later = Evidence.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        task=OuterRef("task"),
        run=OuterRef("run"),
    )
    return Evidence.objects.filter(~Exists(later), added=added)


def untied() -> Exists:
    """Of a key, within a run's mention: a person said no."""
    said_no = last_words(added=False)
    return Exists(said_no.filter(task=OuterRef("task"), run=OuterRef(OuterRef("run"))))


def untied_from(task: Task) -> QuerySet[Evidence, UUID]:
    """The runs that people took away from a task, as a part of a query."""
    return last_words(added=False).filter(task=task.pk).values_list("run", flat=True)


# ── by hand ──────────────────────────────────────────────────────────────────


@transaction.atomic
def tie(run: Run, task: Task, *, by: int) -> Evidence:
    """This run tests, or belongs to, this task: a person says so."""
    Dismissal.objects.filter(run=run.pk).delete()
    asking.runs_tied([run], task, by=by)
    return Evidence.objects.create(run=run.pk, task=task, added=True, by_id=by)


@transaction.atomic
def untie(run: Run, task: Task, *, by: int) -> Evidence:
    """It does not, whatever its tags say."""
    asking.run_untied(run, task, by=by)
    return Evidence.objects.create(run=run.pk, task=task, added=False, by_id=by)


def dismiss(run: Run, *, by: int) -> Dismissal:
    """This run belongs to no task. Saying it twice changes nothing."""
    return Dismissal.objects.get_or_create(run=run.pk, defaults={"by_id": by})[0]


@transaction.atomic
def tie_all(runs: Sequence[Run], task: Task, *, by: int) -> list[Write]:
    """Several at once: all or none. What of it others are told of is given back."""
    Dismissal.objects.filter(run__in=[run.pk for run in runs]).delete()
    made = asking.runs_tied(runs, task, by=by)
    Evidence.objects.bulk_create(
        Evidence(run=run.pk, task=task, added=True, by_id=by) for run in runs
    )
    return made


def dismiss_all(runs: Sequence[Run], *, by: int) -> None:
    rows = [Dismissal(run=run.pk, by_id=by) for run in runs]
    Dismissal.objects.bulk_create(rows, ignore_conflicts=True)
