"""The seed: one JSON file that holds a whole practice Jira.

Only `users`, `projects` and `issues` must be there. Ids may be left out
everywhere but on sprints and boards that issues or sprints point to; they are
given in the order of the file. People are named by their user `name`, sprints
and boards by id, statuses and types by name, issues by key. Times are ISO 8601
with an offset ("2026-03-02T09:30:00+05:30") or Z; days are "2026-03-02".

    {
      "asOf": "2026-11-20",            the day the story is told on; see below
      "users": [{
        "name": "mia",                 what Data Center and this file call her
        "accountId": "5f-mia",         Cloud's name for her; made from `name` when absent
        "displayName": "Mia Ode",      shown name; `name` when absent
        "email": "mia@example.org",    needed to log in on Cloud (email:token)
        "zone": "Asia/Kolkata",        her profile's zone: UTC when absent
        "token": "secret",             Cloud API token and Data Center PAT; absent: no login
        "active": true
      }],
      "statuses": [{"id": "3", "name": "In Progress", "category": "indeterminate"}],
      "issueTypes": [{"id": "10005", "name": "Hypothesis", "level": -1}],
      "fields": [{"id": "customfield_10016", "name": "Story Points", "kind": "points"}],
                                       kinds: points, estimate, sprint, epic-link, number, text,
                                       date, option; absent: points, Sprint and Epic Link
      "projects": [{
        "id": "10000", "key": "DOC", "name": "Documents", "lead": "mia",
        "versions": [{"name": "1.0", "released": true, "releaseDate": "2026-05-01"}],
        "oldKeys": ["PAPER"],          keys the project had before
        "viewers": ["mia"]             absent: everybody sees it
      }],
      "boards": [{"id": 1, "name": "DOC board", "project": "DOC", "type": "scrum"}],
      "sprints": [{
        "id": 49, "board": 1, "name": "Sprint 49", "state": "active", "goal": "…",
        "created": "…", "start": "…", "end": "…", "complete": "…"   times, where they happened
      }],
      "issues": [{
        "id": 10001, "key": "DOC-1", "type": "Task", "status": "Done", "summary": "…",
        "description": "wiki text, or an ADF document",
        "reporter": "mia", "assignee": "mia", "priority": "Medium", "labels": ["cnn"],
        "parent": "DOC-7",             a sub-task's task, or a task's epic
        "sprints": [48, 49],           every sprint it was in, the newest last
        "points": 3, "versions": ["1.0"], "components": ["training"],
        "created": "…", "updated": "…",   updated: the newest time below when absent
        "resolved": "…", "due": "2026-03-20", "security": "Managers",   absent: no level
        "fields": {"customfield_10050": "f1"},     other custom fields
        "history": [{"at": "…", "by": "mia", "changes": [
          {"field": "status", "from": "To Do", "to": "In Progress"}]}],
        "comments": [{"at": "…", "by": "mia", "text": "wiki or ADF", "updated": "…",
          "role": "Administrators", "public": false}],    who may read it; absent: all may
        "worklogs": [{"at": "…", "by": "mia", "started": "…", "seconds": 3600, "text": "…",
          "role": "Administrators"}],
        "links": [{"type": "Blocks", "to": "DOC-3"}],     this one blocks DOC-3
        "remoteLinks": [{"globalId": "…", "object": {"url": "…", "title": "…"}}],
        "viewers": ["mia"]             absent: everybody who sees the project
      }]
    }

A change is written in one of two ways. Short, in the words of the issue itself
(its `from` is absent where there was nothing before), for the fields status,
type, assignee, reporter, priority, summary, description, labels, sprints,
points, parent, versions, components, due, security, resolution and key:

    {"field": "sprints", "from": [48], "to": [48, 49]}
    {"field": "key", "from": "OLD-4", "to": "DOC-1"}      a move: OLD-4 still resolves

or as Jira itself answers it, which is how `write` writes:

    {"field": "status", "fieldId": "status", "from": "3", "fromString": "In Progress",
     "to": "10001", "toString": "Done"}

The last short change of a field must end in the value that the issue has;
`read` refuses the file otherwise, and names the issue.

`asOf` with `read(..., today=...)` moves every time of the file by the whole
days between the two, so a story told once is always about this week.
"""

from demo.jira.seed.reading import BadSeed, read
from demo.jira.seed.writing import write

__all__ = ["BadSeed", "read", "write"]
