"""The door of the Jira connector."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched

from sources.connectors.base import Beat, Gap, Identity, Json, Page
from sources.connectors.jira import agile, center, cloud, feed
from sources.connectors.jira.fields import Fields, discovered
from sources.connectors.jira.identity import expiry, identity
from sources.connectors.jira.position import Position
from sources.connectors.jira.records import project_of
from sources.connectors.jira.scope import Scope, scope_of
from sources.connectors.jira.site import Mode, Record, Site
from sources.http import Budget, Limits

BY_ID = 200


class JiraClient:
    """Reads one Jira, Cloud or Data Center. Raises Unauthorized or Unavailable.

    `projects` are keys, old keys or ids; none means all that the account sees.
    One client serves one sync, in one thread. `close` it, or use it with `with`.
    """

    def __init__(
        self,
        address: str,
        *,
        mode: Mode = "auto",
        email: str = "",
        token: str,
        projects: Sequence[str | int] = (),
        budget: Budget | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._site = Site(
            address, mode=mode, email=email, token=token, limits=limits, budget=budget
        )
        self._wanted = projects
        self._scope: Scope | None = None
        self._scope_is_new = False
        self._fields: Fields | None = None

    def __enter__(self) -> "JiraClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._site.close()

    def use_beat(self, beat: Beat) -> None:
        self._site.session.beat = beat

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""
        return self._site.session.requests

    @property
    def retries(self) -> int:
        return self._site.session.retries

    @property
    def cloud(self) -> bool:
        return self._site.cloud

    def test(self) -> Identity:
        """Who we are there and what we see."""
        with self._site.session.hurried():
            return identity(self._site, self._wanted)

    def expires_at(self) -> datetime | None:
        """When its token ends, where Jira tells: Data Center, of an account's only token."""
        return expiry(self._site)[0]

    def scope(self) -> Scope:
        """The projects that are read; asked once a client, and once more when an
        issue is of none of them and may yet be."""
        if self._scope is None:
            self._scope = scope_of(self._site, self._wanted)
        return self._scope

    def fields(self) -> Fields:
        """The ids of the fields for points, sprints and epics; asked once a client."""
        if self._fields is None:
            self._fields = discovered(self._site, self.scope())
        return self._fields

    # ── what is read whole each time ─────────────────────────────────────────
    #
    # The last page's `resume` says how far the list may be believed: {"listed":
    # ids of those whose part of it was told to the end, "whole": nothing can be
    # missing}. It comes only after the account was found to be still let in:
    # to a stranger every list is empty, and no error.

    def projects(self) -> Iterator[Page[Record]]:
        """The projects that are read, and a gap for each that is not visible."""
        scope = self.scope()
        self._site.clock()
        ended = agile.listing(scope.ids, whole=not scope.gaps)
        yield Page(list(scope.projects), resume=ended, gaps=scope.gaps)

    def versions(self) -> Iterator[Page[Record]]:
        """Every version, a page a project; Jira's `projectId` says whose."""
        scope, listed = self.scope(), []
        for project, key in scope.keys.items():
            path = f"project/{project}/versions"
            reply = self._site.ask("GET", path, answers={403, 404})
            if reply.status == 200:
                listed.append(project)
                yield Page(self._site.rows(reply.value, "", path), resume=None)
            else:
                gap = Gap(f"versions of {key}", f"Jira refuses them ({reply.status})")
                yield Page((), resume=None, gaps=[gap])
        self._site.clock()
        whole = not scope.gaps and len(listed) == len(scope.ids)
        yield Page((), agile.listing(listed, whole=whole))

    def boards(self) -> Iterator[Page[Record]]:
        """Every board of the projects, with `projects`: ids it was found by."""
        return self._still_let_in(agile.boards(self._site, self.scope()))

    def sprints(self) -> Iterator[Page[Record]]:
        """Every sprint of those boards, each once, with `board`."""
        return self._still_let_in(agile.sprints(self._site, self.scope()))

    def _still_let_in(self, pages: Iterator[Page[Record]]) -> Iterator[Page[Record]]:
        for page in pages:
            if page.resume is not None:
                self._site.clock()
            yield page

    # ── what is read on from where it was ────────────────────────────────────

    def issues(self, since: Json = None) -> Iterator[Page[Record]]:
        """Issues changed since the last poll, oldest change first, whole.

        A record is {"issue": Jira's own, "changelog": oldest first, "comments" and
        "worklogs": complete, "fields": {"points", "sprint", "epic"}: ids of fields,
        "names": {"points", "sprint"}: what those are called, "epic": an issue id
        or None (Data Center; on Cloud it is the parent), "url": its page}.

        The last ten minutes of the former poll are read again. Every page's
        `resume` goes on behind it; the last page is empty and ends the poll: only
        then does the watermark move, to the server's time at its beginning.

        A poll that was broken off is read to its end, and then what has changed
        since it began, in pages of which nobody knows how many will come: so what
        is read is always as it is now.
        """
        scope = self.scope()
        broken_off = Position.of(since)
        if not broken_off.under_way(scope.keys):
            yield from self._poll(broken_off.began(scope.keys, self._site.clock()))
            return
        ended = yield from self._poll(broken_off)
        following = replace(ended, late={}).began(scope.keys, self._site.clock())
        for page in self._poll(following):
            yield Page(page.records, page.resume, page.gaps)

    def _poll(self, position: Position) -> Generator[Page[Record], None, Position]:
        """One poll, to its end: the position that it ends with."""
        scope, fields = self.scope(), self.fields()
        manner = cloud if self._site.cloud else center
        gaps = scope.gaps
        for page in manner.changed(self._site, fields, position):
            ours = self._ours(page.records)
            yield Page(ours, page.resume, [*gaps, *page.gaps], page.total, page.done)
            gaps, position = (), Position.of(page.resume)
        self._site.clock()  # a token that ran out meanwhile has emptied the lists
        ended = position.ended()
        yield Page((), ended.stored(), gaps, position.total, position.total)
        return ended

    def issues_by_id(self, ids: Sequence[str]) -> Iterator[Page[Record]]:
        """The same records for these ids (or keys, old ones too), as they are now.
        Issues that are gone or hidden are missing: the two look alike. Missing, too,
        is what is in a project that is not read, whoever named it."""
        fields = self.fields()
        manner = cloud if self._site.cloud else center
        for some in batched(ids, BY_ID, strict=False):
            records, gaps = manner.fetched(self._site, fields, some)
            yield Page(self._ours(records), resume=None, gaps=gaps)

    def _ours(self, records: Sequence[Record]) -> list[Record]:
        """Those of the projects that are read. One that tells no project stays: it
        cannot be stored, and is to be told of."""
        projects = {project for one in records if (project := project_of(one["issue"]))}
        foreign = projects - set(self.scope().ids)
        if foreign and self._may_grow():
            self._scope, self._scope_is_new = scope_of(self._site, self._wanted), True
            foreign = projects - set(self._scope.ids)
        return [one for one in records if project_of(one["issue"]) not in foreign]

    def _may_grow(self) -> bool:
        """Whether a project may have come since the scope was asked: asked anew once."""
        return not self._scope_is_new and bool(not self._wanted or self.scope().gaps)

    def sweep(self, since: Json = None) -> Iterator[Page[str]]:
        """The ids of all issues that the account sees now, from the beginning.

        What is stored and not here is gone or hidden, in the projects named in
        the last page's `resume["projects"]` only: issues of a project that is
        not visible (a gap) are not gone. The last page comes only after the
        account was found to be still let in. Ask `issues_by_id` before
        believing: a list read while people work may miss one.
        """
        scope = self.scope()
        began = self._site.clock()
        manner = cloud if self._site.cloud else center
        for ids in manner.swept(self._site, scope.ids):
            yield Page(ids, resume=since)
        self._site.clock()
        yield Page((), resume={"swept": began, "projects": scope.ids}, gaps=scope.gaps)

    def worklog_feed(self, since: Json = None) -> Iterator[Page[Record]]:
        """Worklogs changed or deleted since: {"worklog", "issue", "deleted"}.

        Of the whole site, and a deleted one tells no issue: re-read, with
        `issues_by_id`, the stored issues that they belong to.
        """
        self._site.who()
        return feed.changes(self._site, since)
