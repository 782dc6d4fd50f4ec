"""The frame's own facts: where one is, what is asked for, and for whom."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from portal import shell
from portal.shell import Facts, Freshness, Place

CALLS = []


def facts(request):
    CALLS.append(request.path)
    return Facts(
        counts={"/runs/": 1284},
        pins=(Place("Best", "/runs/?q=sprint+49", count=3),),
        freshness=(Freshness("Jira", "/sources/1/", "3 min ago"),),
        inbox_count=5,
    )


@pytest.fixture
def frame(settings):
    settings.SHELL_FACTS = "tests.design.test_shell.facts"
    CALLS.clear()

    def read(path, user=None):
        request = RequestFactory().get(path)
        request.user = user or User(username="mara", first_name="Mara")
        return shell.shell(request)["shell"]

    return read


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", ["Home"]),
        ("/runs/", ["Runs"]),
        ("/runs/compare/?runs=1", ["Runs"]),
        ("/runner/", []),
        ("/accounts/2fa/", []),
    ],
)
def test_the_section_one_is_in_is_marked(frame, path, current):
    assert [place.name for place in frame(path).sections if place.current] == current


def test_a_pinned_view_is_marked_only_at_its_own_address(frame):
    assert frame("/runs/?q=sprint+49").pins[0].current
    assert not frame("/runs/?q=sprint+48").pins[0].current
    assert not frame("/runs/").pins[0].current


def test_the_inbox_shows_its_count(frame):
    counts = {place.name: place.count for place in frame("/").sections}
    assert counts["Inbox"] == 5
    assert counts["Runs"] == 1284
    assert counts["Sprints"] is None


def test_facts_are_asked_for_once_and_only_when_the_frame_is_drawn(frame):
    drawn = frame("/")
    assert CALLS == []
    assert drawn.person == "Mara"
    assert len(drawn.sections) == 7
    assert CALLS == ["/"]


def test_a_stranger_is_told_nothing(frame):
    drawn = frame("/", user=AnonymousUser())
    assert drawn.person == ""
    assert not drawn.freshness
    assert CALLS == []


def test_without_a_reader_the_frame_still_stands(frame, settings):
    settings.SHELL_FACTS = ""
    assert frame("/").person == "Mara"
    assert frame("/").freshness == ()
