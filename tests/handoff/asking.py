"""A browser without a window, and what it is shown."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

RIGHTS = ("add_record", "seal_record")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def shown(answer):
    return answer.content.decode()


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def queries(page, url):
    """What a page costs when it was asked for before."""
    page.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert page.get(url).status_code == 200
    return len(asked)
