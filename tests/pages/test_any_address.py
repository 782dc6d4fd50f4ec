"""Every address of the portal with odd words in it: an answer, never a traceback."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django_structlog.middlewares import RequestMiddleware
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.urls import urlpatterns
from tests.pages.conftest import client_of
from tests.pages.test_runs import fill, key_of
from tests.sprints.made import Lab
from tracking.models import Artifact

ODD = [
    "a\x00b", "'\"`\\", "%00_%", "<script>", "😀\u2028", "-1", "0", "1e309", "nan", "-inf",
    "9" * 400, "[]", "../../etc/passwd", "0" * 32, "x" * 3000, "lr = nan", "started = 9999-12-31",
    "order by by", "(((", "sprint = " + "9" * 99, "`a\x00` = 1", "DOC-99999999999999999999",
    "2026-02-30", "a:b:c",
]  # fmt: skip

# What any page of ours asks its address for.
WORDS = [
    "q", "col", "at", "runs", "series", "x", "scale", "smooth", "from", "to", "path", "text",
    "kind", "small", "limit", "state", "model", "task", "page", "sort", "run", "name", "next", "p",
    "before", "after", "source",
]  # fmt: skip

ONLY_OURS = ("accounts/", "admin/", "api/v1/", "healthz")


def addresses(patterns: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every address as a pattern, with the kinds of its parts."""
    for one in patterns:
        where = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, where)
        elif isinstance(one, URLPattern):
            yield where, [type(part).__name__ for part in one.pattern.converters.values()]


def ours() -> list[tuple[str, list[str]]]:
    return [one for one in addresses(urlpatterns) if not one[0].startswith(ONLY_OURS)]


PARTS = {
    "UUIDConverter": [str(uuid4()), "0" * 8 + "-0000-0000-0000-" + "0" * 12],
    "SlugConverter": ["jira", "nothing", "x" * 300],
    "StringConverter": ["DOC-1", "a%00b", "%F0%9F%98%80", "'", "x" * 3000],
    "IntConverter": ["0", "49", "9" * 30],
    "PathConverter": ["a/b", "../x", "a%00b"],
}


def filled(where: str, kinds: list[str]) -> Iterator[str]:
    """The pattern with parts that are there, that are not, and that are too long."""
    pieces = [piece.split(">")[-1] for piece in where.split("<")]
    for parts in itertools.product(*(PARTS[kind] for kind in kinds)):
        yield (
            "/"
            + pieces[0]
            + "".join(f"{part}{rest}" for part, rest in zip(parts, pieces[1:], strict=True))
        )


@pytest.fixture
def bold(lab: Lab) -> Client:
    """Sees everything and may do everything."""
    fill(lab, 2)
    lab.task("DOC-1", sprint=lab.sprint(49))
    lab.viewer.is_superuser = lab.viewer.is_staff = True
    lab.viewer.save()
    client = client_of(lab.viewer)
    client.raise_request_exception = False
    return client


def answered(client: Client, url: str, asked: dict[str, Any]) -> int:
    answer = client.get(url, asked)
    if getattr(answer, "streaming", False):
        b"".join(answer.streaming_content)
    return int(answer.status_code)


def test_parts_of_an_address_that_are_odd_are_no_error_of_ours(bold: Client) -> None:
    urls = [url for where, kinds in ours() for url in filled(where, kinds)]
    assert len(urls) > 60
    wrong = {url[:80]: status for url in urls if (status := answered(bold, url, {})) >= 500}
    assert wrong == {}


def real(lab: Lab) -> list[str]:
    """Addresses of things that are there."""
    run, other = key_of(lab), key_of(lab, "DOC-2")
    python = Artifact.objects.get(run=run, path__endswith="train.py").pk
    picture = Artifact.objects.get(run=run, path="plots/roc").pk
    plain = [f"/{where}" for where, kinds in ours() if not kinds]
    return [
        *plain, f"/runs/{run}/", f"/runs/{run}/curves.json", f"/runs/{run}/diff/",
        f"/runs/{run}/diff/{other}/", f"/runs/text/{python}/", f"/files/{picture}/picture.png",
        "/sources/jira/", "/sources/jira/edit/", "/sources/jira/progress/", "/sprints/49/",
        "/t/DOC-1/",
    ]  # fmt: skip


READS = ("__getitem__", "__contains__", "__iter__", "__len__", "get", "getlist", "keys", "items",
         "values", "lists", "dict", "copy", "urlencode", "pop", "setdefault")  # fmt: skip
READERS = [(HttpRequest, "get_full_path"), *((QueryDict, name) for name in READS)]


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How anybody asked what stands in an address, as it happens."""
    heard: list[str] = []

    def listening(usual: Callable[..., Any]) -> Callable[..., Any]:
        def read(*words: Any, **more: Any) -> Any:
            heard.append(usual.__name__)
            return usual(*words, **more)

        return read

    def logged(request: HttpRequest, usual: Any = RequestMiddleware.format_request) -> str:
        """The log tells the whole address of every page."""
        told: str = usual(request)
        heard.pop()
        return told

    for kind, name in READERS:
        monkeypatch.setattr(kind, name, listening(getattr(kind, name)))
    monkeypatch.setattr(RequestMiddleware, "format_request", staticmethod(logged))
    return heard


def odd_words(client: Client, url: str, asked_for: list[str]) -> list[str]:
    """One is enough for a page that, asked with plain words, looks at none."""
    asked_for.clear()
    answered(client, url, dict.fromkeys(WORDS, "49"))
    return ODD if asked_for else ODD[:1]


def test_every_odd_word_under_every_name_of_every_page(
    bold: Client, lab: Lab, asked_for: list[str]
) -> None:
    wrong = {}
    for url in real(lab):
        for odd in odd_words(bold, url, asked_for):
            if (status := answered(bold, url, dict.fromkeys(WORDS, odd))) >= 500:
                wrong[url, odd[:40]] = status
    assert wrong == {}


PIECES = st.sampled_from([*ODD, "lr", "valid/loss.min", ">", "=", "and", "not", "order by", "49"])
SAID = st.lists(PIECES, max_size=6).map(" ".join) | st.text(max_size=40)


@given(url=st.integers(0, 1000), asked=st.dictionaries(st.sampled_from(WORDS), SAID, max_size=5))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_are_answered(bold: Client, lab: Lab, url: int, asked: dict[str, str]) -> None:
    urls = real(lab)
    where = urls[url % len(urls)]
    assert answered(bold, where, asked) < 500, (where, asked)


def test_odd_words_in_what_is_posted(bold: Client, lab: Lab) -> None:
    run = key_of(lab)
    for odd in ODD:
        for url, words in (
            (f"/runs/{run}/tie/", {"task": odd}),
            ("/sources/add/?kind=jira", {"name": odd, "interval": odd, "set_address": odd}),
            ("/sources/jira/edit/", {"name": odd, "interval": odd, "viewers": odd}),
        ):
            assert bold.post(url, words).status_code < 500, (url, odd)


@pytest.mark.django_db
def test_every_address_is_known_to_the_resolver() -> None:
    call_command("check")
    assert get_resolver().url_patterns == urlpatterns
