"""Single values as Jira spells them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.jira.records import cut_history, objects, oldest_first
from sources.connectors.jira.values import Person, instant, milliseconds, person, sprint_ids

MOMENT = datetime(2022, 3, 20, 0, 51, 50, 520_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2022-03-20T06:21:50.520+0530",
        "2022-03-20T06:21:50.520+05:30",
        "2022-03-20T00:51:50.520Z",
        "2022-03-20T00:51:50.520",
        " 2022-03-19T17:51:50.520-0700 ",
        1647737510520,
        1647737510.52,
        "1647737510520",
    ],
)
def test_one_moment_is_read_from_every_spelling(written):
    assert instant(written) == MOMENT
    assert instant(written).tzinfo is UTC


def test_a_date_without_a_zone_is_midnight_utc_wherever_we_are():
    assert instant("2025-01-02") == datetime(2025, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [None, "", "yesterday", True, [], {}, float("nan"), float("inf"), 1e300, "9" * 400, "2022",
     "2022-13-01", "0001-01-01T00:00:00+1400", "9999-12-31T23:59:59-1200"],
)  # fmt: skip
def test_what_is_no_moment_is_none(written):
    assert instant(written) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary()))
def test_no_value_breaks_the_reading_of_moments(written):
    assert instant(written) is None or instant(written).tzinfo is UTC


@given(st.datetimes(datetime(1974, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_milliseconds_never_run_ahead(moment):
    assert 0 <= (moment - instant(milliseconds(moment))).total_seconds() < 0.001001


def java(text):
    return f"com.atlassian.greenhopper.service.sprint.Sprint@1f[{text}]"


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        (None, []),
        ([], []),
        ([{"id": 7, "name": "s"}, {"id": "8"}], [7, 8]),
        ({"id": 7}, [7]),
        (7, [7]),
        ("12, 13", [12, 13]),
        ("12", [12]),
        ("", []),
        ([java("id=5,rapidViewId=2,state=CLOSED,name=Sprint 5,goal=<null>,sequence=5")], [5]),
        ([java("rapidViewId=2,state=ACTIVE,name=a=b,[x],goal=,id=6")], [6]),
        ([java("name=fix ,id=99,,rapidViewId=2,id=6,sequence=6")], [6]),
        ([java("id=4,rapidViewId=3,name=,id=3,")], [4]),
        ([java("rapidViewId=3,name=grid=9]")], []),
        ([{"id": 1}, {"id": 1}, {"name": "no id"}, None, True, "Sprint 4"], [1]),
    ],
)
def test_sprints_are_told_by_their_ids_only(field, ids):
    assert sprint_ids(field) == ids


@given(st.text(), st.integers(min_value=1, max_value=10**9))
def test_no_name_hides_the_id_that_jira_writes_first(name, number):
    assert sprint_ids([java(f"id={number},rapidViewId=1,name={name},sequence={number}")]) == [
        number
    ]


def test_people_are_known_by_account_then_key_then_name():
    cloud = {"accountId": "557058:ab", "displayName": "Mia", "active": True}
    center = {"key": "JIRAUSER10100", "name": "mia", "displayName": "Mia", "emailAddress": "m@x.y"}
    assert person(cloud) == Person("557058:ab", "Mia")
    assert person(center) == Person("JIRAUSER10100", "Mia", "m@x.y")
    assert person({"name": "old"}) == Person("old", "Former user")


def test_who_is_no_longer_there_is_a_former_user():
    gone = {"accountId": "5b10", "displayName": "Former user", "active": False}
    assert person(gone) == Person("5b10", "Former user", active=False)
    assert person(None) is None
    assert person({"displayName": "Nobody"}) is None
    assert person("mia") is None


# ── odd shapes ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("odd", [None, 5, "x", {}, {"a": 1}, [None, 5, []], True])
def test_what_is_no_list_of_objects_has_none(odd):
    assert objects(odd) == []
    assert cut_history({"key": "DOC-1"}, {"total": 0, "histories": odd}) == []


@pytest.mark.parametrize("number", ["9" * 5_000, None, [], "١"])
def test_a_history_whose_numbers_are_odd_is_still_in_order(number):
    late = {"id": "1", "created": "2026-03-03T00:00:00Z"}
    odd = {"id": number, "created": "2026-03-02T00:00:00Z"}
    assert oldest_first([late, odd]) == [odd, late]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", 10**17, -(10**17), "9" * 400, 1e300])
def test_a_null_date_of_another_system_is_no_moment(value):
    assert instant(value) is None


@pytest.mark.parametrize("value", ["9" * 5_000, 10**400, f"[id={'9' * 5_000},name=x]"])
def test_an_id_without_end_is_none(value):
    assert sprint_ids([value, 48]) == [48]


def test_a_person_is_stored_without_what_a_database_refuses():
    odd = {"accountId": "5f:\x00\ud800", "displayName": "M\x00ia"}
    assert person(odd) == Person("5f:\ufffd\ufffd", "M\ufffdia")
