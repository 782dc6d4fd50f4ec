"""The plan: sprints, tasks, hypotheses, and what people decided about them.

mirrored.py holds Jira's rows, which only streams write; words.py people's
(Hypothesis, Verdict, Evidence), which survive every sync.
"""

from sprints.models.mirrored import (
    Board,
    Comment,
    JiraProject,
    Member,
    Release,
    Sprint,
    SprintQuerySet,
    Task,
    TaskEvent,
    TaskKey,
    TaskLink,
    TaskQuerySet,
    Worklog,
)
from sprints.models.words import (
    DIRECTIONS,
    VERDICTS,
    Dismissal,
    Evidence,
    Hypothesis,
    Verdict,
    VerdictQuerySet,
)
from sprints.outbox.models import JiraToken, Write

__all__ = [
    "DIRECTIONS",
    "VERDICTS",
    "Board",
    "Comment",
    "Dismissal",
    "Evidence",
    "Hypothesis",
    "JiraProject",
    "JiraToken",
    "Member",
    "Release",
    "Sprint",
    "SprintQuerySet",
    "Task",
    "TaskEvent",
    "TaskKey",
    "TaskLink",
    "TaskQuerySet",
    "Verdict",
    "VerdictQuerySet",
    "Worklog",
    "Write",
]
