"""Who asks, and what an address says, as verbs want to know it."""

from django.http import HttpRequest, QueryDict

from sources.store import clean


def person(request: HttpRequest) -> int:
    """The id of who asks. Pages are behind a login: there always is one."""
    assert request.user.pk is not None
    return int(request.user.pk)


def word(asked: QueryDict, name: str) -> str:
    """What stands under `name`, without what Postgres cannot take."""
    return clean(asked.get(name, "")).strip()


def words(asked: QueryDict, name: str) -> list[str]:
    """All that stands under `name`, but for empty ones."""
    return [text for given in asked.getlist(name) if (text := clean(given).strip())]
