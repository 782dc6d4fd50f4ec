"""Saved views: a question to the runs table with a name, for oneself or for the team."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.saved import SavedView
from portal.accounts.ties.erasing import erase
from tests.accounts.making import bearer, token_of
from tests.pages.asking import cost, same_cost, seen, text
from tests.pages.conftest import client_of
from tests.pages.test_runs import fill
from tests.sprints.made import Lab

BEST = [("q", "sprint = 49 order by valid/loss.min asc"), ("col", "lr"), ("col", "valid/loss.min")]
QUESTION = urlencode(BEST)
ADD = f"/views/add/?{QUESTION}"
TOLD = {"name": "Best of 49", "kept": "private", "pinned": "on"}


@pytest.fixture
def contributor(lab: Lab) -> Client:
    return client_of(lab.person("cora", "contributor"))


@pytest.fixture
def other(lab: Lab) -> Client:
    return client_of(lab.person("olaf", "viewer"))


def save(client: Client, **more: Any) -> SavedView:
    answer = client.post(ADD, TOLD | more)
    assert answer.status_code == 302, answer.content.decode()
    assert answer.url == f"/runs/?{QUESTION}"
    return SavedView.objects.latest("pk")


def side(client: Client, url: str = "/sources/") -> str:
    page = text(client, url)
    return page[page.index("<aside") : page.index("</aside>")]


def api(person: User, *scopes: str) -> Any:
    _, token = token_of(person, *scopes)
    return Client().get("/api/v1/views/", headers=bearer(token))


# ── one's own ────────────────────────────────────────────────────────────────


def test_a_question_is_saved_with_its_order_and_columns_and_stands_in_the_side_bar(
    lab: Lab, reader: Client
) -> None:
    fill(lab, 2)
    page = text(reader, f"/runs/?{QUESTION}")
    assert f'href="/views/add/?{QUESTION.replace("&", "&amp;")}"' in page
    asked = seen(reader, ADD)
    assert "sprint = 49" in asked
    assert "valid/loss.min" in asked
    view = save(reader)
    assert (view.owner, view.shared) == (lab.viewer, False)
    assert (view.query, view.columns) == (BEST[0][1], ["lr", "valid/loss.min"])
    assert ">Best of 49<" in side(reader)
    here = side(reader, view.url)
    line = here[here.index('<a class="place" href="/runs/?q=') :]
    assert line[: line.index(">")].endswith('aria-current="page"')
    # A browser writes the same question otherwise.
    assert side(reader, view.url.replace("+", "%20")).count('aria-current="page"') == 2
    assert 'aria-current="page"><span class="cut">Best' not in side(reader, "/runs/?q=sprint+%3D+4")


def test_pinned_views_cost_no_query_however_many(lab: Lab, reader: Client) -> None:
    fill(lab)
    before = cost(reader, "/sources/")

    def more() -> None:
        for number in range(60):
            view = SavedView.objects.create(owner=lab.viewer, name=f"View {number}", query="lr > 1")
            view.pinned_by.add(lab.viewer)

    assert same_cost(reader, lambda: "/views/", more) <= 8
    assert cost(reader, "/sources/") == before
    assert side(reader).count("/runs/?q=") == 20, "a side bar is no list"


def test_who_has_no_settings_yet_has_pins_and_who_has_keeps_them(lab: Lab, reader: Client) -> None:
    fill(lab)
    save(reader)
    told = {"name": "Vera Lab", "email": "v@lab.test", "zone": "Asia/Tokyo"}
    assert reader.post("/settings/", told).status_code == 302
    page = text(reader, "/views/")
    assert 'data-single-keys="off"' in page
    assert ">Best of 49<" in side(reader)


def test_a_view_is_renamed_unpinned_asked_otherwise_and_removed(lab: Lab, reader: Client) -> None:
    fill(lab)
    view = save(reader)
    url = f"/views/{view.pk}/"
    assert 'value="Best of 49"' in text(reader, url)
    assert reader.post(url, {"name": "The best", "kept": "private"}).status_code == 302
    assert "The best" not in side(reader)
    assert "The best" in seen(reader, "/views/")
    reader.post(f"{url}pin/", {"pinned": "yes"})
    reader.post(f"{url}pin/", {"pinned": "yes"})
    assert "The best" in side(reader)
    reader.post(f"{url}question/?q=lr+%3E+0.1")
    view.refresh_from_db()
    assert (view.url, view.columns) == ("/runs/?q=lr+%3E+0.1", [])
    reader.post(f"{url}remove/")
    assert not SavedView.objects.exists()
    assert "You have saved no view yet." in seen(reader, "/views/")


def test_two_views_of_a_person_have_two_names_and_of_two_people_may_have_one(
    lab: Lab, reader: Client, other: Client
) -> None:
    fill(lab)
    save(reader)
    page = reader.post(ADD, TOLD | {"name": "best  of 49"}).content.decode()
    assert "You have a view of this name." in page
    save(other)
    assert SavedView.objects.count() == 2
    second = save(reader, name="Second")
    page = reader.post(f"/views/{second.pk}/", TOLD).content.decode()
    assert "You have a view of this name." in page


@pytest.mark.parametrize(
    ("question", "told", "words"),
    [
        ("q=lrr+%3E", TOLD, "The filter ends too early."),
        ("q=", TOLD, "There is nothing to save"),
        ("q=lr", TOLD | {"name": " "}, "This field is required."),
        ("q=lr", TOLD | {"name": "x" * 81}, "at most 80"),
    ],
)
def test_what_cannot_be_saved_is_said(
    lab: Lab, reader: Client, question: str, told: dict[str, str], words: str
) -> None:
    fill(lab)
    answer = reader.post(f"/views/add/?{question}", told)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not SavedView.objects.exists()


def test_nobody_fills_the_table_with_views(
    lab: Lab, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lab)
    save(reader)
    monkeypatch.setattr("portal.pages.saved.forms.MOST", 1)
    page = reader.post(ADD, TOLD | {"name": "Another"}).content.decode()
    assert "You keep 1 view" in page


# ── the team's ───────────────────────────────────────────────────────────────


def test_a_private_view_is_nobody_elses(lab: Lab, reader: Client, contributor: Client) -> None:
    fill(lab)
    view = save(reader)
    assert "Best of 49" not in text(contributor, "/views/")
    for verb in ("", "pin/", "question/?q=lr", "remove/"):
        assert contributor.post(f"/views/{view.pk}/{verb}", TOLD).status_code == 404
    assert api(User.objects.get(username="cora")).json()["rows"] == []
    assert [one["name"] for one in api(lab.viewer).json()["rows"]] == ["Best of 49"]


def test_a_viewer_keeps_private_views_only_and_is_told_why(lab: Lab, reader: Client) -> None:
    fill(lab)
    page = text(reader, ADD)
    assert "Views for the team are kept by contributors and leads." in page
    assert not save(reader, kept="team").shared


def test_a_contributors_view_is_the_teams_and_each_pins_it_for_themselves(
    lab: Lab, reader: Client, contributor: Client, other: Client
) -> None:
    fill(lab)
    view = save(contributor, kept="team")
    assert "Best of 49" not in side(reader)
    assert "Best of 49" in seen(reader, "/views/")
    reader.post(f"/views/{view.pk}/pin/", {"pinned": "yes"})
    assert "Best of 49" in side(reader)
    assert "Best of 49" not in side(other)
    for verb in ("", "question/?q=lr", "remove/"):
        assert reader.post(f"/views/{view.pk}/{verb}", TOLD).status_code == 404
    reader.post(f"/views/{view.pk}/pin/")
    assert "Best of 49" not in side(reader)


def test_a_view_that_is_taken_back_is_in_no_other_side_bar(
    lab: Lab, reader: Client, contributor: Client
) -> None:
    fill(lab)
    view = save(contributor, kept="team")
    reader.post(f"/views/{view.pk}/pin/", {"pinned": "yes"})
    contributor.post(f"/views/{view.pk}/", TOLD)
    assert "Best of 49" not in side(reader)
    assert "Best of 49" in side(contributor)


def test_an_administrator_mends_the_teams_views_here_and_in_the_admin(
    lab: Lab, reader: Client, contributor: Client
) -> None:
    fill(lab)
    shared, own = save(contributor, kept="team"), save(reader, name="Mine")
    boss = lab.person("ada", "administrator")
    boss.is_staff = True
    boss.save()
    client = client_of(boss)
    client.post(f"/views/{shared.pk}/", TOLD | {"name": "Best", "kept": "team"})
    assert client.post(f"/views/{own.pk}/", TOLD).status_code == 404
    listed = text(client, "/admin/accounts/savedview/")
    assert "Best" in listed
    assert "cora" in listed
    client.post(f"/admin/accounts/savedview/{own.pk}/delete/", {"post": "yes"})
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Best"]
    assert SavedView.objects.get().owner.username == "cora"


def test_a_person_who_lost_the_role_keeps_their_team_view_as_it_is(
    lab: Lab, contributor: Client
) -> None:
    """Renaming it does not take it from the team by the way."""
    fill(lab)
    view = save(contributor, kept="team")
    cora = User.objects.get(username="cora")
    cora.groups.set([Group.objects.get(name="viewer")])
    contributor.post(f"/views/{view.pk}/", TOLD | {"name": "Best"})
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Best", True)


def test_erasing_takes_private_views_and_leaves_the_teams(lab: Lab, contributor: Client) -> None:
    fill(lab)
    save(contributor)
    kept = save(contributor, name="For all", kept="team")
    boss = lab.person("ada", "administrator")
    erase(kept.owner, by=boss)
    assert list(SavedView.objects.all()) == [kept]
    assert not kept.pinned_by.exists()
    assert f"Former person {kept.owner_id}" in seen(client_of(boss), "/views/")


# ── over the API ─────────────────────────────────────────────────────────────


def test_the_api_reads_what_the_page_lists(lab: Lab, reader: Client, contributor: Client) -> None:
    fill(lab)
    save(contributor, kept="team")
    save(reader, name="Mine")
    (one, mine) = api(lab.viewer).json()["rows"]
    assert one == {
        "name": "Best of 49",
        "owner": "cora",
        "shared": True,
        "pinned": False,
        "query": BEST[0][1],
        "columns": ["lr", "valid/loss.min"],
        "url": f"/runs/?{QUESTION}",
    }
    assert (mine["name"], mine["pinned"], mine["shared"]) == ("Mine", True, False)
    assert api(lab.viewer, "files").status_code == 403


def test_the_apis_views_cost_the_same_for_one_and_for_sixty(lab: Lab, reader: Client) -> None:
    def queries() -> int:
        reader.get("/api/v1/views/")
        with CaptureQueriesContext(connection) as held:
            assert reader.get("/api/v1/views/").status_code == 200
        return len(held)

    before = queries()
    for number in range(60):
        SavedView.objects.create(owner=lab.viewer, name=f"View {number}", query="lr > 1")
    assert queries() == before
