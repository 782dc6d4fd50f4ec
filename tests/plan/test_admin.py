"""The operator's view of the plan: every page opens, nothing is written, costs stay flat."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sprints import links
from sprints.models import Board, Dismissal, Member, Release
from tests.sprints.made import MONDAY, Lab

LISTS = (
    "board", "dismissal", "evidence", "hypothesis", "jiraproject", "member", "release", "sprint",
    "task", "taskevent", "verdict",
)  # fmt: skip


@pytest.fixture
def operator(lab: Lab) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def fill(lab: Lab, first: int, last: int) -> None:
    for number in range(first, last + 1):
        sprint = lab.sprint(number, external_id=number)
        task = lab.claim(f"DOC-{number}", was=[f"OLD-{number}"], sprint=sprint)
        run = lab.run(f"R-{number}", f"DOC-{number}")
        lab.event(task, "status", MONDAY, before="a", after="b")
        lab.stated(task, "f1")
        lab.verdict(task, "refuted", run=run.pk)
        links.untie(run, task, by=lab.lead.pk)
        links.dismiss(run, by=lab.lead.pk)
        Member.objects.create(**lab.mirrored(lab.jira, "member"), name="Ada")
        Release.objects.create(**lab.mirrored(lab.jira, "release"), name="1", project=lab.doc)
        Board.objects.create(**lab.mirrored(lab.jira, "board"), name="Ours")


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_rows_open_at_a_flat_cost(lab: Lab, operator: Client, name: str) -> None:
    url = f"/admin/sprints/{name}/"
    fill(lab, 1, 2)
    page = operator.get(url)
    assert page.status_code == 200
    row = page.context["cl"].queryset.first()
    shown = operator.get(f"{url}{row.pk}/change/")
    assert shown.status_code == 200
    assert 'name="_save"' not in shown.content.decode()
    few = queries(operator, url)
    fill(lab, 3, 40)
    assert queries(operator, url) <= few


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize("name", ["task", "taskevent", "verdict", "hypothesis", "evidence"])
def test_a_key_finds_its_rows_an_old_one_too(lab: Lab, operator: Client, name: str) -> None:
    fill(lab, 1, 3)
    for asked in ("DOC-2", "old-2"):
        page = operator.get(f"/admin/sprints/{name}/?q={asked}")
        assert [str(getattr(row, "task", row)) for row in page.context["cl"].result_list] == [
            "DOC-2"
        ]
    assert operator.get(f"/admin/sprints/{name}/?q=DOC-99").context["cl"].result_count == 0


def test_taking_a_dismissal_away_brings_the_run_back(lab: Lab, operator: Client) -> None:
    run = lab.run("R-1")
    links.dismiss(run, by=lab.lead.pk)
    answer = operator.post(f"/admin/sprints/dismissal/{run.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not Dismissal.objects.exists()
    assert list(links.loose_runs(lab.viewer)) == [run]


def test_nothing_else_is_deleted_or_added(lab: Lab, operator: Client) -> None:
    fill(lab, 1, 1)
    for name in LISTS:
        assert operator.get(f"/admin/sprints/{name}/add/").status_code == 403
        row = operator.get(f"/admin/sprints/{name}/").context["cl"].queryset.first()
        gone = operator.post(f"/admin/sprints/{name}/{row.pk}/delete/", {"post": "yes"})
        assert gone.status_code == (302 if name == "dismissal" else 403), name
