"""The site: its address, its manner, who we are there, what its fields are."""

from datetime import UTC, datetime

import pytest

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.jira.client import JiraClient
from sources.connectors.jira.site import Site, plain_address
from tests.connectors_jira.odd import CENTER, MYSELF, PROJECT, Queue, center_site, cloud_site, odd
from tests.connectors_jira.story import QUICK, client


def reader_of(server, **options):
    given = {"email": "mia@example.org", "token": "tok-77", "projects": ["DOC"], "limits": QUICK}
    return JiraClient(server.url, **(given | options))


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://acme.atlassian.net", "https://acme.atlassian.net"),
        ("acme.atlassian.net/", "https://acme.atlassian.net"),
        ("https://acme.atlassian.net/jira/software/projects/DOC/boards/1?x=1", "https://acme.atlassian.net"),
        (" https://jira.example.org:8443/jira/ ", "https://jira.example.org:8443/jira"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://api.atlassian.com/ex/jira/11-22/", "https://api.atlassian.com/ex/jira/11-22"),
    ],
)  # fmt: skip
def test_an_address_is_taken_as_people_paste_it(typed, address):
    assert plain_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["https://mia:s3cret@jira.example.org", "mia:s3cret@jira.example.org", "https://@jira.example"],
)
def test_an_address_with_a_name_or_a_password_is_refused_and_not_repeated(typed):
    with pytest.raises(Unauthorized) as refused:
        plain_address(typed)
    assert "before the @" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("typed", ["", "  ", "ftp://x", "http://", "https://[::1", "x:99999999"])
def test_what_is_no_address_is_refused_in_words(typed):
    with pytest.raises(Unauthorized, match="no address of a Jira"):
        plain_address(typed)


@pytest.mark.parametrize(
    "address", ["https://acme.atlassian.net", "https://api.atlassian.com/ex/jira/11-22"]
)
def test_a_cloud_host_is_known_without_asking(address):
    site = Site(address, email="m@x.y", token="t")
    assert site.cloud
    assert site.session.requests == 0
    site.close()


def test_a_token_with_scopes_is_used_below_its_own_path():
    with odd({}) as server:
        site = Site(f"{server.url}/ex/jira/11-22", mode="cloud", email="m@x.y", token="t")
        with pytest.raises(Unavailable):
            site.ask("GET", "myself")
        site.close()
    assert server.calls == ["GET /ex/jira/11-22/rest/api/3/myself"]


def test_a_refused_cloud_token_is_told_of_the_address_for_scopes():
    answers = cloud_site(**{"GET /rest/api/3/myself": (401, {})})
    with (
        odd(answers) as server,
        reader_of(server) as reader,
        pytest.raises(Unauthorized, match=r"only with the address https://api\.atlassian\.com/ex"),
    ):
        reader.test()


@pytest.mark.parametrize("myself", [{}, [], {"accountId": None}, None])
def test_an_account_without_a_name_is_nobody(myself):
    answers = cloud_site(**{"GET /rest/api/3/myself": myself})
    with (
        odd(answers) as server,
        reader_of(server) as reader,
        pytest.raises(Unauthorized, match="does not know this token"),
    ):
        list(reader.sweep())


def test_a_captcha_is_explained():
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://x"}
    answers = center_site(**{"GET /rest/api/2/myself": (403, {}, denied)})
    with (
        odd(answers) as server,
        reader_of(server, email="") as reader,
        pytest.raises(Unauthorized, match="answer the CAPTCHA there"),
    ):
        reader.test()


def test_a_server_that_is_no_jira_is_told_so():
    with (
        odd({"GET /rest/api/2/serverInfo": {"hello": 1}}) as server,
        reader_of(server) as reader,
        pytest.raises(Unavailable, match="does not say that it is a Jira"),
    ):
        reader.test()


def test_an_answer_of_another_shape_is_told_so():
    answers = cloud_site(**{"GET /rest/api/3/project/search": {"values": "none"}})
    with (
        odd(answers) as server,
        reader_of(server) as reader,
        pytest.raises(Unavailable, match="answered project/search without values"),
    ):
        reader.test()


def test_the_connection_test_says_who_what_and_when(practice):
    practice.state.pass_time(-300)
    with client(practice, projects=["DOC", "SEC"]) as reader:
        found = reader.test()
    kind = "Cloud 1001" if practice.mode == "cloud" else "Data Center 10.3"
    assert found.who == "Mia Ode"
    assert list(found.projects) == ["DOC", "NEW"]
    assert found.server.startswith(f"Jira {kind}")
    assert found.zone == "Asia/Kolkata"
    assert -302 < found.clock_skew < -298
    assert "project SEC is not visible to this account in Jira" in found.notes
    assert "its clock is 300 s behind ours; nothing is lost by that" in found.notes


def test_a_right_clock_is_worth_no_word(practice):
    with client(practice) as reader:
        assert abs(reader.test().clock_skew) < 2
        assert not any("clock" in note for note in reader.test().notes)


def test_a_personal_tokens_end_is_known_when_there_is_only_one():
    tokens = [{"name": "labledger", "expiringAt": "2027-01-31T10:00:00.000+0100"}]
    answers = center_site(**{"GET /rest/pat/latest/tokens": tokens})
    with odd(answers) as server, reader_of(server, email="") as reader:
        assert reader.test().expires_at == datetime(2027, 1, 31, 9, tzinfo=UTC)


def test_of_several_tokens_the_first_end_is_a_note():
    tokens = [{"expiringAt": "2027-01-31T10:00:00Z"}, {"expiringAt": "2026-12-24T10:00:00Z"}]
    answers = center_site(**{"GET /rest/pat/latest/tokens": tokens})
    with odd(answers) as server, reader_of(server, email="") as reader:
        found = reader.test()
    assert found.expires_at is None
    assert "of this account's 2 tokens the first ends on 24 December 2026" in found.notes


def test_missing_boards_are_a_note():
    answers = cloud_site(**{"GET /rest/agile/1.0/board": (403, {})})
    with odd(answers) as server, reader_of(server) as reader:
        assert "boards and sprints cannot be read by this account" in reader.test().notes


# ── fields ───────────────────────────────────────────────────────────────────


def custom(number, name, kind):
    return {"id": f"customfield_{number}", "name": name, "schema": {"custom": kind}}


SPRINT = custom(10020, "Sprint", "com.pyxis.greenhopper.jira:gh-sprint")
FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"
JSW = "com.pyxis.greenhopper.jira:jsw-story-points"


def fields_of(*known, board=None, configuration=None):
    answers = cloud_site(**{"GET /rest/api/3/field": [{"id": "summary", "name": "S"}, *known]})
    if board:
        answers["GET /rest/agile/1.0/board"] = {"values": [board], "isLast": True}
        answers[f"GET /rest/agile/1.0/board/{board['id']}/configuration"] = configuration
    with odd(answers) as server, reader_of(server) as reader:
        return reader.fields()


def test_fields_are_found_by_their_schema_whatever_their_names():
    found = fields_of(
        custom(10099, "Sprint", FLOAT),
        custom(10021, "Iteration (umbenannt)", "com.pyxis.greenhopper.jira:gh-sprint"),
        custom(10014, "Lien d'épopée", "com.pyxis.greenhopper.jira:gh-epic-link"),
        custom(10016, "Estimation en points", JSW),
    )
    assert (found.sprint, found.epic) == ("customfield_10021", "customfield_10014")
    assert found.of("10000")["points"] == "customfield_10016"


def test_the_board_says_what_it_estimates_in_before_any_name_does():
    board = {"id": 7, "type": "scrum"}
    configuration = {"estimation": {"type": "field", "field": {"fieldId": "customfield_10777"}}}
    known = (SPRINT, custom(10016, "Story Points", FLOAT), custom(10777, "Baumstärke", FLOAT))
    found = fields_of(*known, board=board, configuration=configuration)
    assert found.of("10000")["points"] == "customfield_10777"
    assert found.of("10999")["points"] == "customfield_10016"


@pytest.mark.parametrize(
    "configuration",
    [
        (404, {}),
        {},
        {"estimation": {"type": "none"}},
        {"estimation": {"field": {"fieldId": "timeoriginalestimate"}}},
    ],
)
def test_a_board_that_estimates_otherwise_leaves_it_to_the_fields(configuration):
    board = {"id": 7, "type": "scrum"}
    known = custom(10016, "STORY POINTS", FLOAT)
    found = fields_of(known, board=board, configuration=configuration)
    assert found.of("10000")["points"] == "customfield_10016"


def test_a_number_of_another_name_is_no_estimate():
    assert fields_of(custom(10050, "Threshold", FLOAT)).of("10000")["points"] == ""


def test_renamed_fields_of_a_practice_jira_are_found(practice):
    practice.state.rename_field("customfield_10016", "Storypunkte")
    with client(practice) as reader:
        found = reader.fields()
        assert found.of("10000")["points"] == "customfield_10016"
        assert found.epic == ("" if practice.mode == "cloud" else "customfield_10014")


# ── answers that a practice Jira never gives ─────────────────────────────────


def issue(number, **fields):
    return {"id": str(number), "key": f"DOC-{number}", "fields": {"project": PROJECT, **fields}}


def full(**notes):
    none = {"total": 0, "comments": [], "worklogs": []}
    return {"comment": none, "worklog": none} | notes


def test_an_issue_that_jira_leaves_out_of_a_hundred_is_asked_for_again():
    answers = cloud_site(
        **{
            "POST /rest/api/3/issue/bulkfetch": Queue(
                {"issues": [issue(1, **full())], "issueErrors": [{"id": "2"}, {"id": "3"}]},
                {
                    "issues": [issue(2, **full())],
                    "issueErrors": [{"id": "3", "errorMessage": "too much"}],
                },
            ),
            "POST /rest/api/3/changelog/bulkfetch": {"issueChangeLogs": []},
        }
    )
    with odd(answers) as server, reader_of(server) as reader:
        (page,) = reader.issues_by_id(["1", "2", "3"])
    assert [record["issue"]["id"] for record in page.records] == ["1", "2"]
    assert [(gap.what, gap.why) for gap in page.gaps] == [
        ("issue 3", "Jira cannot give it: too much")
    ]


def test_a_list_whose_total_means_the_page_is_read_to_its_end():
    def page(first, count, cap):
        rows = [{"id": str(number)} for number in range(first, first + count)]
        return {"worklogs": rows, "total": count, "maxResults": cap}

    cut = {"total": 5, "maxResults": 2, "worklogs": [{"id": "0"}, {"id": "1"}]}
    answers = cloud_site(
        **{
            "POST /rest/api/3/issue/bulkfetch": {"issues": [issue(1, **full(worklog=cut))]},
            "POST /rest/api/3/changelog/bulkfetch": {"issueChangeLogs": []},
            "GET /rest/api/3/issue/1/worklog": Queue(page(0, 2, 2), page(2, 2, 2), page(4, 1, 2)),
        }
    )
    with odd(answers) as server, reader_of(server) as reader:
        (found,) = reader.issues_by_id(["1"])
    assert [log["id"] for log in found.records[0]["worklogs"]] == ["0", "1", "2", "3", "4"]


def test_an_issue_that_goes_while_its_comments_are_read_has_none():
    cut = {"total": 50, "comments": [{"id": "1"}]}
    answers = cloud_site(
        **{
            "POST /rest/api/3/issue/bulkfetch": {"issues": [issue(1, **full(comment=cut))]},
            "POST /rest/api/3/changelog/bulkfetch": {"issueChangeLogs": []},
        }
    )
    with odd(answers) as server, reader_of(server) as reader:
        (page,) = reader.issues_by_id(["1"])
    assert page.records[0]["comments"] == []


def test_bulk_histories_come_by_token_with_numbers_for_dates():
    def histories(*entries, token=None):
        group = {
            "issueId": "1",
            "changeHistories": [{"id": i, "created": at} for i, at in entries],
        }
        return {"issueChangeLogs": [group], "nextPageToken": token}

    answers = cloud_site(
        **{
            "POST /rest/api/3/issue/bulkfetch": {"issues": [issue(1, **full())]},
            "POST /rest/api/3/changelog/bulkfetch": Queue(
                histories(("9", 1_700_000_000_000), token="more"),
                histories(("10", 1_700_000_000_000), ("8", "2020-01-01T00:00:00.000+0000")),
            ),
        }
    )
    with odd(answers) as server, reader_of(server) as reader:
        (page,) = reader.issues_by_id(["1"])
    assert [entry["id"] for entry in page.records[0]["changelog"]] == ["8", "9", "10"]
    assert server.bodies[-1]["nextPageToken"] == "more"


def test_a_data_centers_cut_history_is_a_gap():
    found = issue(1, **full(), updated="2026-01-01T00:00:00.000+0000") | {
        "changelog": {"total": 120, "histories": [{"id": "1", "created": "2026-01-01T00:00:00Z"}]}
    }
    answers = center_site(**{"POST /rest/api/2/search": {"issues": [found], "total": 1}})
    with odd(answers) as server, reader_of(server, email="") as reader:
        first = next(iter(reader.issues()))
    assert [(gap.what, gap.why) for gap in first.gaps] == [
        ("history of DOC-1", "Jira gave 1 of 120 entries")
    ]


def test_a_search_that_knows_less_than_the_issues_tell_steps_over_nothing():
    """The last of a page changed just now, and search has not noticed: going on
    from its new time would skip everything between."""

    def page(*moments, total):
        rows = [issue(n, **full(), updated=at) for n, at in moments]
        return {"issues": rows, "total": total}

    now = datetime.now(UTC).isoformat()
    old = "2026-01-01T00:00:0{}.000+0000"
    answers = center_site(
        **{
            "POST /rest/api/2/search": Queue(
                page((1, old.format(1)), (2, now), total=4), page((3, old.format(3)), total=1)
            )
        }
    )
    with odd(answers) as server, reader_of(server, email="") as reader:
        list(reader.issues())
    asked = [body["jql"] for body in server.bodies if body]
    assert "updated >= 1767225601000 ORDER BY" in asked[1]


def test_data_center_is_asked_without_a_mail_address():
    with odd(center_site()) as server, reader_of(server, email="") as reader:
        assert not reader.cloud
        assert CENTER["version"] in reader.test().server
        assert MYSELF["displayName"] == reader.test().who
