"""Test connection: who am I there, and what do I see?"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sources.connectors.base import Identity
from sources.connectors.mlflow.listing import experiments
from sources.connectors.mlflow.site import Site
from sources.http import Reply, server_time

NOT_TOLD = frozenset({400, 401, 403, 404, 405, 500, 501})


def identity(site: Site, chosen: Sequence[str]) -> Identity:
    found = experiments(site, chosen)
    there = [one for one in found.by_id.values() if not one.deleted]
    told = site.session.json("GET", f"{site.address}/health", answers=NOT_TOLD | {200})
    return Identity(
        who=who(site),
        projects=sorted(one.name for one in there),
        server=f"MLflow {version(site)} at {site.address}".replace("  ", " "),
        zone="UTC",
        clock_skew=clock_skew(told),
        notes=[
            *(f"{gap.what} {gap.why}." for gap in found.gaps),
            *notes(len(there), site),
        ],
    )


def notes(experiments_seen: int, site: Site) -> Iterator[str]:
    if not experiments_seen:
        yield "It sees no experiment."
    if not site.signed and experiments_seen:
        yield "The server asks for no login: whoever reaches it reads all of it."


def who(site: Site) -> str:
    return site.user or ("the token's owner" if site.signed else "anybody")


def version(site: Site) -> str:
    """In the server's words; nothing where it keeps them to itself."""
    reply = site.session.json("GET", f"{site.address}/version", answers=NOT_TOLD | {200})
    text = reply.body.decode(errors="replace").strip()
    told = reply.status == 200 and len(text) < 40 and text[:1].isdigit()
    return text if told else ""


def clock_skew(reply: Reply) -> float | None:
    clock = server_time(reply.headers)
    return None if clock is None else (clock - datetime.now(UTC)).total_seconds()
