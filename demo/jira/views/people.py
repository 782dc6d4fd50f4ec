"""Accounts: who am I, who is there."""

from demo.jira.render import people
from demo.jira.things import User
from demo.jira.verbs.refusals import Refused
from demo.jira.web import Reply, Request, Route, page


def myself(request: Request) -> Reply:
    """The caller, with e-mail and zone."""
    return Reply(people.myself(request.voice, request.state.users[request.caller]))


def user(request: Request) -> Reply:
    """One person, by Cloud's account id or Data Center's name or key."""
    caller = request.caller
    names = ("accountId",) if request.voice.cloud else ("username", "key")
    wanted = next(filter(None, map(request.text, names)), "")
    for known in request.state.users.values():
        told = people.user(request.voice, known.name) or {}
        if wanted in (told.get("accountId"), told.get("name"), told.get("key")):
            shown = people.myself(request.voice, known) if known.name == caller else told
            return Reply(shown)
    raise Refused(404, f"The user '{wanted}' does not exist.")


def user_search(request: Request) -> Reply:
    """Active people whose shown name, name or e-mail begins so. `.` is everybody
    on Data Center."""
    words = (request.text("query") or request.text("username")).lower()
    if not words and not request.text("accountId"):
        raise Refused(400, "The query parameter is required.")
    if request.voice.viewer is None:
        return Reply([])
    account = request.text("accountId")
    found = [
        known
        for known in request.state.users.values()
        if known.active and (known.account_id == account if account else _begins(known, words))
    ]
    return _listed(request, found)


def users(request: Request) -> Reply:
    """Everybody, those who left, too."""
    seen = list(request.state.users.values()) if request.voice.viewer else []
    return _listed(request, seen)


def _listed(request: Request, found: list[User]) -> Reply:
    shown, _ = page(request, found, most=1000)
    return Reply([people.user(request.voice, known.name) for known in shown])


def _begins(known: User, words: str) -> bool:
    if words == ".":
        return True
    texts = (known.name, known.email, known.display, *known.display.split())
    return any(text.lower().startswith(words) for text in texts)


ROUTES = (
    Route("GET", "/rest/api/{api}/myself", myself),
    Route("GET", "/rest/api/{api}/user", user),
    Route("GET", "/rest/api/{api}/user/search", user_search),
    Route("GET", "/rest/api/{api}/users/search", users, "cloud"),
)
