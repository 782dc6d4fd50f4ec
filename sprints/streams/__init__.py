"""Jira's records into our rows.

words.py, tasks.py, events.py, notes.py and plan.py are pure: a record in, rows
out; restricted.py, too: of the records, what all may read. issues.py and lists.py
store pages of them, listings.py hides what lists no longer have, sweeps.py finds
what polling misses, stored.py maps anew what is stored.
Storing a page twice changes nothing.
"""

from sprints.streams.gone import hide
from sprints.streams.issues import store as store_issues
from sprints.streams.listings import listed
from sprints.streams.lists import store_boards, store_projects, store_releases, store_sprints
from sprints.streams.stored import STORED
from sprints.streams.sweeps import Listing, store_swept, sweep_pages, worklog_pages
from sprints.streams.tasks import issue_id

__all__ = [
    "STORED",
    "Listing",
    "hide",
    "issue_id",
    "listed",
    "store_boards",
    "store_issues",
    "store_projects",
    "store_releases",
    "store_sprints",
    "store_swept",
    "sweep_pages",
    "worklog_pages",
]
