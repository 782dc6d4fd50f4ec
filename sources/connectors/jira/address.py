"""The address of a Jira, in its one spelling."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sources.connectors.base import Unauthorized

CLOUD_HOSTS = (".atlassian.net", ".jira.com")
A_YEAR = timedelta(days=365)


def token_lasts(settings: Mapping[str, Any]) -> timedelta | None:
    """How long a new token lives at most, where nobody is told its end: on Cloud."""
    edition = settings.get("mode") or "auto"
    host = urlsplit(settings.get("address") or "").hostname or ""
    cloud = edition == "cloud" or (edition == "auto" and host.endswith(CLOUD_HOSTS))
    return A_YEAR if cloud else None


def plain_address(address: str) -> str:
    """The address as Jira wants it: with a scheme, without what people paste along.

    Of a Cloud site's page only the host is kept; below another host may lie a
    context path ("/jira"), which stays. A name and a password within it are
    refused: an address is shown to everybody who sees the source.
    """
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https"):
        raise Unauthorized(
            "That is no address of a Jira. It looks like https://acme.atlassian.net."
        )
    if "@" in parts.netloc:
        raise Unauthorized(
            "An address holds no user name and no password. Write it without what is "
            "before the @; the token has a field of its own."
        )
    where = f"[{host}]" if ":" in host else host
    path = "" if host.endswith(CLOUD_HOSTS) else parts.path.rstrip("/")
    return f"{parts.scheme}://{where}{f':{port}' if port else ''}{path}"
