"""What Jira's lists no longer have is hidden; what they do not tell is not."""

from dataclasses import replace

import pytest

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.jira.client import JiraClient
from sources.http import Limits
from sources.models import Document
from sprints import streams
from sprints.models import Board, JiraProject, Release, Sprint, Task
from tests.sprints_streams.story import kept

pytestmark = pytest.mark.django_db


def reading(practice, projects=()):
    email = "m@x.y" if practice.mode == "cloud" else ""
    limits = Limits(backoff=0.01, attempts=1)
    return JiraClient(practice.url, email=email, token="t", projects=projects, limits=limits)


def lists(practice, source, projects=()):
    """The four lists as a sync reads them, with a client of its own."""
    with reading(practice, projects) as client:
        return [
            kept(source, streams.listed(pages()), store)[0]
            for pages, store in (
                (client.projects, streams.store_projects),
                (client.boards, streams.store_boards),
                (client.sprints, streams.store_sprints),
                (client.versions, streams.store_releases),
            )
        ]


def shown(model):
    return sorted(str(row) for row in model.objects.filter(removed_at=None))


def drop_sprint(practice, number):
    """Deleted there: the sprint, and it from its issues."""
    state = practice.state
    with state.lock:
        for issue in [one for one in state.issues.values() if number in one.sprints]:
            state.put(replace(issue, sprints=tuple(n for n in issue.sprints if n != number)))
        return state.sprints.pop(number)


def drop_project(practice, key):
    practice.state.restrict_project(key, "ben")


def test_a_sprint_that_is_deleted_goes_and_its_document_too(practice, source):
    lists(practice, source)
    assert Document.objects.filter(name="Sprint 49").exists()
    drop_sprint(practice, 49)
    told = lists(practice, source)
    assert told[2].removed == 1
    assert shown(Sprint) == ["Sprint 48"]
    assert not Document.objects.filter(name="Sprint 49").exists()


def test_a_sprint_that_comes_back_is_shown_again(practice, source):
    lists(practice, source)
    gone = drop_sprint(practice, 49)
    lists(practice, source)
    practice.state.sprints[49] = gone
    lists(practice, source)
    assert shown(Sprint) == ["Sprint 48", "Sprint 49"]
    assert Document.objects.filter(name="Sprint 49").exists()


def test_a_sprint_that_is_renamed_started_or_closed_is_followed(practice, source):
    later = practice.state.create_sprint(7, "Sprint 50")
    lists(practice, source)
    assert Sprint.objects.get(number=50).state == "future"
    practice.state.close_sprint(49)
    practice.state.start_sprint(later.id)
    practice.state.rename_sprint(48, "Sprint 48 (short)")
    lists(practice, source)
    states = dict(Sprint.objects.values_list("name", "state"))
    assert states == {"Sprint 48 (short)": "closed", "Sprint 49": "closed", "Sprint 50": "active"}


def test_a_list_that_breaks_off_half_way_hides_nothing(practice, source):
    practice.state.boards[9] = replace(practice.state.boards[7], id=9, name="Second board")
    practice.state.create_sprint(9, "Sprint 60")
    lists(practice, source)
    drop_sprint(practice, 49)
    practice.faults.add("status", path="board/9/sprint", times=0)
    with pytest.raises(Unavailable):
        lists(practice, source)
    assert shown(Sprint) == ["Sprint 48", "Sprint 49", "Sprint 60"]


def test_a_board_whose_sprints_are_refused_keeps_them_and_the_others_lose_theirs(practice, source):
    practice.state.boards[9] = replace(practice.state.boards[7], id=9, name="Second board")
    practice.state.create_sprint(9, "Sprint 60")
    lists(practice, source)
    drop_sprint(practice, 49)
    practice.faults.add("forbidden", path="board/9/sprint", times=0)
    lists(practice, source)
    assert shown(Sprint) == ["Sprint 48", "Sprint 60"]


def test_boards_that_may_not_be_read_any_more_stay_with_their_sprints(practice, source):
    lists(practice, source)
    practice.faults.add("forbidden", path="agile", times=0)
    lists(practice, source)
    assert (shown(Board), shown(Sprint)) == (["DOC board"], ["Sprint 48", "Sprint 49"])


def test_a_list_that_is_empty_all_at_once_hides_nothing_and_says_so(practice, source):
    lists(practice, source)
    drop_sprint(practice, 48)
    drop_sprint(practice, 49)
    told = lists(practice, source)
    assert [gap.what for gap in told[2].gaps] == ["all 2 sprints"]
    assert shown(Sprint) == ["Sprint 48", "Sprint 49"]


def test_a_token_that_runs_out_in_the_middle_hides_nothing(practice, source):
    """To a stranger lists are empty, and no error."""
    later = practice.state.create_sprint(7, "Sprint 50")
    lists(practice, source)
    with reading(practice) as client:
        client.scope()
        drop_sprint(practice, later.id)
        practice.faults.add("anonymous", path="board/7/sprint|myself", times=0)
        with pytest.raises(Unauthorized):
            kept(source, streams.listed(client.sprints()), streams.store_sprints)
    assert shown(Sprint) == ["Sprint 48", "Sprint 49", "Sprint 50"]


def test_a_project_that_is_gone_takes_its_lists_and_tasks_along(practice, source):
    practice.state.boards[9] = replace(practice.state.boards[7], id=9, project="10001", name="New")
    practice.state.create_sprint(9, "New sprint 1")
    made = practice.state.create("NEW", "A new thing", by="mia")
    for number in range(8):  # most of what is held: of one list alone it would not be believed
        practice.state.create("NEW", f"Thing {number}", by="mia")
    practice.state.pass_time(60)
    lists(practice, source)
    with reading(practice) as client:
        kept(source, client.issues(), streams.store_issues)
    drop_project(practice, "NEW")
    lists(practice, source)
    with reading(practice) as client:
        kept(source, streams.sweep_pages(client, source), streams.store_swept)
    assert (shown(JiraProject), shown(Board)) == (["DOC"], ["DOC board"])
    assert shown(Sprint) == ["Sprint 48", "Sprint 49"]
    assert Task.objects.get(external_id=str(made.id)).removed_at is not None
    assert Task.objects.filter(removed_at=None).count() == 4
    practice.state.unrestrict_project("NEW")
    lists(practice, source)
    with reading(practice) as client:
        kept(source, streams.sweep_pages(client, source), streams.store_swept)
    assert len(shown(Sprint)) == 3
    assert Task.objects.get(external_id=str(made.id)).removed_at is None


def test_a_project_that_is_asked_for_and_not_visible_keeps_everything(practice, source):
    """That is a gap, and more likely a lost permission than an end."""
    lists(practice, source, ["DOC", "NEW"])
    drop_project(practice, "DOC")
    lists(practice, source, ["DOC", "NEW"])
    assert shown(JiraProject) == ["DOC", "NEW"]
    assert (shown(Board), shown(Sprint)) == (["DOC board"], ["Sprint 48", "Sprint 49"])
    assert shown(Release) == ["1.0"]


def test_a_release_that_is_deleted_goes_and_a_refused_list_keeps_its_own(practice, source):
    state = practice.state
    project = state.projects[next(n for n, one in state.projects.items() if one.key == "DOC")]
    (version,) = project.versions
    state.projects[project.id] = replace(
        project, versions=(version, replace(version, id="99", name="2.0"))
    )
    lists(practice, source)
    assert shown(Release) == ["1.0", "2.0"]
    state.projects[project.id] = project
    practice.faults.add("forbidden", path="versions", times=0)
    lists(practice, source)
    assert shown(Release) == ["1.0", "2.0"]
    practice.faults.clear()
    lists(practice, source)
    assert shown(Release) == ["1.0"]


def test_a_board_that_is_deleted_goes_with_its_sprints(practice, source):
    practice.state.boards[9] = replace(practice.state.boards[7], id=9, name="Second board")
    later = practice.state.create_sprint(9, "Sprint 60")
    lists(practice, source)
    del practice.state.sprints[later.id]
    del practice.state.boards[9]
    lists(practice, source)
    assert (shown(Board), shown(Sprint)) == (["DOC board"], ["Sprint 48", "Sprint 49"])
