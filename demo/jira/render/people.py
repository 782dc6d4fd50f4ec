"""People."""

from demo.jira.render.voice import Answer, Voice
from demo.jira.things import User


def user(voice: Voice, name: str | None) -> Answer | None:
    """A person as an issue shows one. Cloud tells neither e-mail nor zone."""
    if name is None:
        return None
    known = voice.truth.users[name]
    return _cloud(voice, known) if voice.cloud else _data_center(voice, known)


def myself(voice: Voice, known: User) -> Answer:
    """A person as told to that person: with e-mail and zone."""
    told = _cloud(voice, known) if voice.cloud else _data_center(voice, known)
    private = {"emailAddress": known.email, "timeZone": known.zone, "locale": "en_GB"}
    counts = {"groups": {"size": 0, "items": []}, "applicationRoles": {"size": 0, "items": []}}
    return told | private | counts


def user_key(name: str, voice: Voice) -> str:
    """What stands for the person in a changelog."""
    known = voice.truth.users.get(name)
    if known is None:
        return name
    return known.account_id if voice.cloud else _key(known)


def _key(known: User) -> str:
    return f"jirauser-{known.name}"


def _pictures(voice: Voice) -> dict[str, str]:
    sizes = ("16x16", "24x24", "32x32", "48x48")
    return {size: f"{voice.base}/avatar/{size}.png" for size in sizes}


def _cloud(voice: Voice, known: User) -> Answer:
    return {
        "self": voice.rest(f"user?accountId={known.account_id}"),
        "accountId": known.account_id,
        "accountType": "atlassian",
        "avatarUrls": _pictures(voice),
        "displayName": known.display,
        "active": known.active,
    }


def _data_center(voice: Voice, known: User) -> Answer:
    return {
        "self": voice.rest(f"user?username={known.name}"),
        "name": known.name,
        "key": _key(known),
        "emailAddress": known.email,
        "avatarUrls": _pictures(voice),
        "displayName": known.display,
        "active": known.active,
        "timeZone": known.zone,
    }
