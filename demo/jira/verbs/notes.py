"""Verbs on what hangs on an issue: comments, worklogs, remote links."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from demo.jira.things import Body, Change, Comment, Issue, Json, RemoteLink, Worklog
from demo.jira.verbs.issues import IssueVerbs
from demo.jira.verbs.refusals import Refused


class NoteVerbs(IssueVerbs):
    """Comments move `updated` but leave no history; worklogs do both; a remote
    link does neither, so nothing but reading it tells that it is there."""

    def comment(self, word: str | int, body: Body, *, by: str, role: str = "") -> Comment:
        """Add a comment at the end; with a `role` for those only who have it."""
        with self.lock:
            issue, now = self.need(word), self.now()
            note = Comment(self.next_id("comment"), by, now, now, body, role)
            self.put(replace(issue, updated=now, comments=(*issue.comments, note)))
            return note

    def edit_comment(self, word: str | int, comment_id: int, body: Body) -> Comment:
        """Change the words; the author stays."""
        with self.lock:
            issue, now = self.need(word), self.now()
            note = replace(_one(issue.comments, comment_id, "comment"), body=body, updated=now)
            kept = tuple(note if old.id == note.id else old for old in issue.comments)
            self.put(replace(issue, updated=now, comments=kept))
            return note

    def delete_comment(self, word: str | int, comment_id: int) -> None:
        """Take a comment away."""
        with self.lock:
            issue = self.need(word)
            gone = _one(issue.comments, comment_id, "comment")
            kept = tuple(note for note in issue.comments if note is not gone)
            self.put(replace(issue, updated=self.now(), comments=kept))

    def log_work(
        self,
        word: str | int,
        seconds: int,
        *,
        by: str,
        started: int | None = None,
        body: Body = "",
    ) -> Worklog:
        """Note time spent; `started` is now when it is not given."""
        with self.lock:
            issue, now = self.need(word), self.now()
            began = now if started is None else started
            work = Worklog(self.next_id("worklog"), by, now, now, began, seconds, body)
            self._spent(issue, (*issue.worklogs, work), by)
            return work

    def edit_worklog(self, worklog_id: int, *, by: str, seconds: int) -> Worklog:
        """Correct the time."""
        with self.lock:
            issue, work = self._need_worklog(worklog_id)
            changed = replace(work, seconds=seconds, updated=self.now())
            kept = tuple(changed if old.id == work.id else old for old in issue.worklogs)
            self._spent(issue, kept, by)
            return changed

    def delete_worklog(self, worklog_id: int, *, by: str) -> None:
        """Take a worklog away; the feed of deleted ones tells of it."""
        with self.lock:
            issue, work = self._need_worklog(worklog_id)
            self.worklogs_gone.append((self.now(), work.id))
            del self.worklog_homes[work.id]
            kept = tuple(old for old in issue.worklogs if old.id != work.id)
            self._spent(issue, kept, by)

    def set_remote_link(
        self, word: str | int, sent: Mapping[str, Json], *, global_id: str = ""
    ) -> tuple[RemoteLink, bool]:
        """Create, or replace whole by global id. True: it is new."""
        with self.lock:
            issue = self.need(word)
            same = [
                link for link in issue.remote_links if global_id and link.global_id == global_id
            ]
            number = same[0].id if same else self.next_id("remote link")
            link = RemoteLink(number, global_id, sent)
            kept = tuple(old for old in issue.remote_links if old.id != number)
            self.put(replace(issue, remote_links=(*kept, link)))
            return link, not same

    def drop_remote_link(self, word: str | int, link: RemoteLink) -> None:
        """Take a remote link away."""
        with self.lock:
            issue = self.need(word)
            kept = tuple(old for old in issue.remote_links if old.id != link.id)
            self.put(replace(issue, remote_links=kept))

    def _spent(self, issue: Issue, worklogs: tuple[Worklog, ...], by: str) -> None:
        before, after = _seconds(issue.worklogs), _seconds(worklogs)
        line = Change("timespent", "timespent", before, before, after, after)
        self._record(replace(issue, worklogs=worklogs), by, [line])

    def _need_worklog(self, worklog_id: int) -> tuple[Issue, Worklog]:
        found = self.worklog(worklog_id)
        if found is None:
            raise Refused(404, f"Cannot find worklog with id: '{worklog_id}'.")
        return found


def _one[Note: (Comment, Worklog)](notes: Iterable[Note], number: int, what: str) -> Note:
    for note in notes:
        if note.id == number:
            return note
    raise Refused(404, f"Can not find a {what} for the id: {number}.")


def _seconds(worklogs: Iterable[Worklog]) -> str:
    return str(sum(work.seconds for work in worklogs))
