"""Test connection: who are we there, what do we see, what should people know?"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sources.connectors.base import Gap, Identity
from sources.connectors.jira.agile import NOT_THERE
from sources.connectors.jira.scope import Scope, scope_of, visible_projects
from sources.connectors.jira.site import Site, account_id
from sources.connectors.jira.values import instant
from sources.http import server_time

SKEWED = 60.0  # seconds from which a wrong clock is worth a word


def identity(site: Site, wanted: Sequence[str | int]) -> Identity:
    """Six requests or so; raises what a sync would raise."""
    account = site.who()
    scope = scope_of(site, wanted)
    server, skew = _server(site)
    expires_at, notes = expiry(site)
    seen = [str(project.get("key")) for project in visible_projects(site)]
    return Identity(
        who=str(account.get("displayName") or account_id(account)),
        projects=sorted(seen),
        server=server,
        zone=str(account.get("timeZone") or ""),
        clock_skew=skew,
        expires_at=expires_at,
        notes=[*_gap_notes(scope.gaps), *_board_notes(site, scope), *_clock_notes(skew), *notes],
    )


def _gap_notes(gaps: Sequence[Gap]) -> list[str]:
    return [f"{gap.what} is {gap.why}" for gap in gaps]


def _server(site: Site) -> tuple[str, float | None]:
    """Its words, and its clock minus ours, in seconds."""
    asked = datetime.now(UTC)
    reply = site.ask("GET", "serverInfo", answers={401, 403, 404})
    middle = asked + (datetime.now(UTC) - asked) / 2
    told: Mapping[str, Any] = reply.value if isinstance(reply.value, dict) else {}
    moment = instant(told.get("serverTime")) or server_time(reply.headers)
    kind = told.get("deploymentType") or ("Cloud" if site.cloud else "Data Center")
    skew = None if moment is None else round((moment - middle).total_seconds(), 1)
    return f"Jira {kind} {told.get('version', '')}".strip(), skew


def _clock_notes(skew: float | None) -> list[str]:
    if skew is None or abs(skew) < SKEWED:
        return []
    side = "ahead of" if skew > 0 else "behind"
    return [f"its clock is {abs(skew):.0f} s {side} ours; nothing is lost by that"]


def _board_notes(site: Site, scope: Scope) -> list[str]:
    query: dict[str, str | int] = {"projectKeyOrId": scope.ids[0], "maxResults": 1}
    reply = site.agile("board", query=query, answers=NOT_THERE)
    if reply.status in NOT_THERE:
        return ["boards and sprints cannot be read by this account"]
    return []


def expiry(site: Site) -> tuple[datetime | None, list[str]]:
    """Data Center tells a personal token's end to its owner; Cloud tells nobody."""
    if site.cloud:
        return None, ["Jira Cloud does not tell when a token ends: at most a year after its making"]
    reply = site.elsewhere("rest/pat/latest/tokens", answers={400, 401, 403, 404, 405})
    tokens = reply.value if isinstance(reply.value, list) else []
    ends = [
        moment
        for token in tokens
        if isinstance(token, Mapping) and (moment := instant(token.get("expiringAt")))
    ]
    if len(ends) <= 1:
        return (ends[0] if ends else None), []
    return None, [f"of this account's {len(ends)} tokens the first ends on {min(ends):%d %B %Y}"]
