"""Who asks, as verbs want to know it."""

from django.http import HttpRequest


def person(request: HttpRequest) -> int:
    """The id of who asks. Pages are behind a login: there always is one."""
    assert request.user.pk is not None
    return int(request.user.pk)
