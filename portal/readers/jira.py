"""A Jira source: its client, and its streams."""

from portal.readers.reader import OFTEN, SWEEPS, Reader
from sources import expiry
from sources.connectors.base import Page
from sources.connectors.jira.client import JiraClient
from sources.engine import Stream
from sources.models import Source
from sources.webhooks.hints import Listening
from sprints import streams as plan


class Jira(JiraClient):
    """Knows its source: a sweep compares what is listed with what is stored."""

    def __init__(self, source: Source) -> None:
        given = source.settings
        super().__init__(
            given["address"],
            mode=given.get("mode") or "auto",
            email=given.get("email") or "",
            token=source.secret,
            projects=given.get("projects") or (),
        )
        self.source = source


ISSUES = Stream("issues", pages=Jira.issues, store=plan.store_issues)
HINTS = Listening(ask=Jira.issues_by_id, named=plan.issue_id, hide=plan.hide)

READER = Reader(
    client=Jira,
    streams=(
        Stream(
            "projects",
            pages=lambda client, _: plan.listed(client.projects()),
            store=plan.store_projects,
        ),
        Stream(
            "boards", pages=lambda client, _: plan.listed(client.boards()), store=plan.store_boards
        ),
        Stream(
            "sprints",
            pages=lambda client, _: plan.listed(client.sprints()),
            store=plan.store_sprints,
        ),
        HINTS.to(ISSUES),
        HINTS.to(
            Stream(
                "worklogs",
                pages=lambda client, since: plan.worklog_pages(client, client.source, since),
                store=plan.store_issues,
            )
        ),
        Stream(
            "releases",
            pages=lambda client, _: plan.listed(client.versions()),
            store=plan.store_releases,
            every=OFTEN,
        ),
        HINTS.to(
            Stream(
                "deletions",
                pages=lambda client, _: plan.sweep_pages(client, client.source),
                store=plan.store_swept,
                every=OFTEN,
            )
        ),
        Stream(
            "credential",
            pages=lambda client, _: iter([Page([client.expires_at()], None)]),
            store=expiry.note,
            every=SWEEPS,
        ),
    ),
    hints=[HINTS.alone(ISSUES)],
    stored=plan.STORED,
)
