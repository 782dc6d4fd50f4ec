"""Comments, worklogs and remote links."""

from demo.jira.render import people
from demo.jira.render.voice import Answer, Voice
from demo.jira.things import Comment, Issue, RemoteLink, Worklog


def comment(voice: Voice, home: Issue, note: Comment) -> Answer:
    """A comment; Cloud says besides that customers could see it."""
    author = people.user(voice, note.by)
    told: Answer = {
        "self": voice.rest(f"issue/{home.id}/comment/{note.id}"),
        "id": str(note.id),
        "author": author,
        "body": voice.body(note.body),
        "updateAuthor": author,
        "created": voice.time(note.created),
        "updated": voice.time(note.updated),
    }
    told |= _visibility(voice, note.role)
    return told | {"jsdPublic": note.public} if voice.cloud else told


def _visibility(voice: Voice, role: str) -> Answer:
    """Jira says who may read only of what not everybody may."""
    if not role:
        return {}
    told = {"type": "role", "value": role}
    return {"visibility": told | {"identifier": role} if voice.cloud else told}


def worklog(voice: Voice, home: Issue, work: Worklog) -> Answer:
    """A worklog. Cloud's v3 leaves the comment out when it is empty."""
    author = people.user(voice, work.by)
    told: Answer = {
        "self": voice.rest(f"issue/{home.id}/worklog/{work.id}"),
        "author": author,
        "updateAuthor": author,
        "created": voice.time(work.created),
        "updated": voice.time(work.updated),
        "started": voice.time(work.started),
        "timeSpent": spent_text(work.seconds),
        "timeSpentSeconds": work.seconds,
        "id": str(work.id),
        "issueId": str(home.id),
    }
    told |= _visibility(voice, work.role)
    body = voice.body(work.body)
    return told if body is None else told | {"comment": body}


def remote_link(voice: Voice, home: Issue, link: RemoteLink) -> Answer:
    """A remote link as it was sent; what was not sent is null or empty."""
    told: Answer = {
        "id": link.id,
        "self": voice.rest(f"issue/{home.id}/remotelink/{link.id}"),
        **{name: link.sent[name] for name in ("relationship", "object") if name in link.sent},
        "application": link.sent.get("application") or {},
    }
    return told | {"globalId": link.global_id} if link.global_id else told


def spent_text(seconds: int) -> str:
    """1d 2h 30m, with Jira's day of eight hours."""
    minutes = seconds // 60
    parts = (minutes // 480, "d"), (minutes % 480 // 60, "h"), (minutes % 60, "m")
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
