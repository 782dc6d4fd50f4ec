"""What a page costs, and what it says."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def text(client: Client, url: str, status: int = 200, **more: Any) -> str:
    answer = client.get(url, **more)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def seen(client: Client, url: str, status: int = 200) -> str:
    """A page's words without its tags, its frame apart."""
    page = text(client, url, status)
    main = page[page.index("<main") : page.index("</main>")]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)))


def cost(client: Client, url: str) -> int:
    """Queries of a second asking: the first fills the session and small memories."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return len(queries)


def same_cost(client: Client, url: Callable[[], str], more: Callable[[], object]) -> int:
    """The page's cost, which is the same once there is more on it."""
    before = cost(client, url())
    more()
    assert cost(client, url()) == before
    return before
