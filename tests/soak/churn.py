"""A team at work in a practice Jira: what it does is drawn by a seed."""

from collections import Counter
from collections.abc import Callable
from random import Random

from demo.jira import State
from demo.jira.things import Issue
from demo.jira.verbs.refusals import Refused

WORDS = ("rate", "head", "loss", "split", "augment", "prune", "export", "probe")


class Churn:
    """`step` does one thing; `done` counts what was done, `refused` what Jira refused."""

    def __init__(self, state: State, seed: int) -> None:
        self.state = state
        self.chance = Random(seed)
        self.done: Counter[str] = Counter()
        self.refused = 0
        self.renamed = 0
        self.people = sorted(state.users)
        self.verbs: dict[str, tuple[int, Callable[[], object]]] = {
            "edit": (30, self._edit),
            "transition": (14, self._transition),
            "create": (8, self._create),
            "comment": (8, self._comment),
            "edit comment": (5, self._edit_comment),
            "delete comment": (3, self._delete_comment),
            "log work": (6, self._log_work),
            "edit worklog": (5, self._edit_worklog),
            "delete worklog": (3, self._delete_worklog),
            "move": (4, self._move),
            "delete": (4, self._delete),
            "restrict": (4, self._restrict),
            "unrestrict": (3, self._unrestrict),
            "into a sprint": (8, self._into_sprint),
            "out of sprints": (3, self._out_of_sprints),
            "rename sprint": (2, self._rename_sprint),
            "next sprint": (1, self._next_sprint),
            "rename key": (1, self._rename_key),
            "rename field": (1, self._rename_field),
            "restrict project": (1, self._restrict_project),
        }

    def step(self) -> None:
        names = list(self.verbs)
        (name,) = self.chance.choices(names, [self.verbs[one][0] for one in names])
        try:
            with self.state.lock:
                self.verbs[name][1]()
            self.done[name] += 1
        except (Refused, IndexError):
            self.refused += 1

    # ── issues ───────────────────────────────────────────────────────────────

    def _issue(self) -> Issue:
        return self.chance.choice(list(self.state.issues.values()))

    def _person(self) -> str:
        return self.chance.choice(self.people)

    def _words(self) -> str:
        return " ".join(self.chance.sample(WORDS, 3)) + f" {self.chance.randrange(10**6)}"

    def _edit(self) -> None:
        changed = {
            "summary": self._words(),
            "description": self._words(),
            "assignee": self._person(),
            "labels": tuple(self.chance.sample(WORDS, 2)),
            "points": float(self.chance.randrange(1, 9)),
        }
        name = self.chance.choice(list(changed))
        self.state.edit(self._issue().id, by=self._person(), **{name: changed[name]})

    def _transition(self) -> None:
        status = self.chance.choice([one.name for one in self.state.statuses.values()])
        self.state.transition(self._issue().id, status, by=self._person())

    def _create(self) -> None:
        project = self.chance.choice(list(self.state.projects.values()))
        if self.chance.random() < 0.5:
            self.state.create(project.key, self._words(), by=self._person())
            return
        parents = [
            one
            for one in self.state.issues.values()
            if one.project == project.id and self.state.types[one.type].level == 0
        ]
        parent = self.chance.choice(parents).key
        self.state.create(
            project.key, self._words(), by=self._person(), kind="Hypothesis", parent=parent
        )

    def _move(self) -> None:
        tops = [one for one in self.state.issues.values() if self.state.types[one.type].level == 0]
        project = self.chance.choice(list(self.state.projects.values()))
        self.state.move(self.chance.choice(tops).id, project.key, by=self._person())

    def _delete(self) -> None:
        self.state.delete(self._issue().id)

    def _restrict(self) -> None:
        self.state.restrict(self._issue().id, self.people[-1])

    def _unrestrict(self) -> None:
        hidden = [one for one in self.state.issues.values() if one.viewers is not None]
        self.state.unrestrict(self.chance.choice(hidden).id)

    # ── what hangs on them ───────────────────────────────────────────────────

    def _comment(self) -> None:
        self.state.comment(self._issue().id, self._words(), by=self._person())

    def _edit_comment(self) -> None:
        issue = self.chance.choice([one for one in self.state.issues.values() if one.comments])
        self.state.edit_comment(issue.id, self.chance.choice(issue.comments).id, self._words())

    def _delete_comment(self) -> None:
        issue = self.chance.choice([one for one in self.state.issues.values() if one.comments])
        self.state.delete_comment(issue.id, self.chance.choice(issue.comments).id)

    def _log_work(self) -> None:
        seconds = 900 * self.chance.randrange(1, 20)
        self.state.log_work(self._issue().id, seconds, by=self._person())

    def _worklog(self) -> int:
        return self.chance.choice(list(self.state.worklog_homes))

    def _edit_worklog(self) -> None:
        seconds = 900 * self.chance.randrange(1, 20)
        self.state.edit_worklog(self._worklog(), by=self._person(), seconds=seconds)

    def _delete_worklog(self) -> None:
        self.state.delete_worklog(self._worklog(), by=self._person())

    # ── what they live in ────────────────────────────────────────────────────

    def _open(self) -> list[int]:
        return [one.id for one in self.state.sprints.values() if one.state != "closed"]

    def _into_sprint(self) -> None:
        tops = [one for one in self.state.issues.values() if self.state.types[one.type].level == 0]
        some = [one.id for one in self.chance.sample(tops, min(3, len(tops)))]
        self.state.add_to_sprint(self.chance.choice(self._open()), some, by=self._person())

    def _out_of_sprints(self) -> None:
        within = [one.id for one in self.state.issues.values() if one.sprints]
        self.state.take_from_sprints([self.chance.choice(within)], by=self._person())

    def _rename_sprint(self) -> None:
        self.renamed += 1
        number = self.chance.choice(list(self.state.sprints))
        self.state.rename_sprint(number, f"Sprint {number} renamed {self.renamed}")

    def _next_sprint(self) -> None:
        """The active one is closed, what is open goes on to the next, which starts."""
        active = next(one for one in self.state.sprints.values() if one.state == "active")
        made = self.state.create_sprint(active.board, f"Sprint {len(self.state.sprints) + 1}")
        self.state.close_sprint(active.id, by=self._person(), next_sprint=made.id)
        self.state.start_sprint(made.id)

    def _rename_key(self) -> None:
        self.renamed += 1
        project = self.chance.choice(list(self.state.projects.values()))
        self.state.rename_project_key(project.key, f"R{self.renamed}")

    def _rename_field(self) -> None:
        self.renamed += 1
        field = self.chance.choice(
            [one for one in self.state.fields.values() if one.kind == "points"]
        )
        self.state.rename_field(field.id, f"Points {self.renamed}")

    def _restrict_project(self) -> None:
        """Hidden from us, or shown again."""
        hidden = [one for one in self.state.projects.values() if one.viewers is not None]
        if hidden:
            self.state.unrestrict_project(hidden[0].key)
        else:
            self.state.restrict_project(list(self.state.projects.values())[-1].key, self.people[-1])
