"""What counts as a mention of a task or a sprint, and what must not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.mentions import Mention, mentions

KEYS = st.from_regex(r"[A-Z]{2}[A-Z0-9_]{0,8}-[1-9][0-9]{0,5}", fullmatch=True).filter(
    lambda key: (
        not key.startswith("SPRINT-")
        and key.split("-")[0] not in {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP"}
        and key.split("-")[0] not in {"OCT", "NOV", "DEC", "JUNE", "JULY", "SEPT", "MARCH", "APRIL"}
    )
)
NUMBERS = st.integers(0, 999_999)


def values(*tags: str, name: str = "", description: str = "") -> list[str]:
    return [m.value for m in mentions(tags=tags, name=name, description=description)]


@given(KEYS, st.booleans(), st.sampled_from(["", " ", "\t", "\n"]))
def test_a_key_as_a_tag_is_found_in_any_case(key: str, lower: bool, blank: str) -> None:
    tag = blank + (key.lower() if lower else key) + blank
    assert mentions(tags=[tag]) == [Mention("key", key, "tag")]


@given(
    NUMBERS,
    st.sampled_from(["sprint", "Sprint", "SPRINT", "sPRINT"]),
    st.sampled_from(["", " ", "-", "_", "#", " #", ": ", " - "]),
)
def test_a_sprint_as_a_tag_is_found_however_it_is_spelled(number, word, between) -> None:
    assert mentions(tags=[f"{word}{between}{number}"]) == [
        Mention("sprint", f"sprint {number}", "tag")
    ]


@given(NUMBERS, st.sampled_from("sS"))
def test_the_short_form_counts_as_a_whole_tag_only(number: int, letter: str) -> None:
    short = f"{letter}{number}"
    assert values(short) == [f"sprint {number}"]
    assert values(f"{short} x", f"x {short}", name=short, description=f"in {short}, maybe") == []


@given(KEYS, st.sampled_from(["{}", "see {}.", "({})", "{}: baseline", "a, {}; b", "**{}**"]))
def test_a_key_in_upper_case_is_found_in_prose(key: str, around: str) -> None:
    text = around.format(key)
    assert mentions(name=text) == [Mention("key", key, "name")]
    assert mentions(description=text) == [Mention("key", key, "description")]


@given(KEYS)
def test_a_key_may_be_followed_by_words_as_in_a_branch_name(key: str) -> None:
    assert values(name=f"{key}-focal-loss") == [key]
    assert values(name=f"{key}_focal") == [key]


@given(st.text(), st.text(), st.text())
def test_every_mention_is_canonical_and_said_once(tag: str, name: str, description: str) -> None:
    found = mentions(tags=[tag], name=name, description=description)
    assert len({(m.kind, m.value) for m in found}) == len(found)
    for mention in found:
        assert mentions(tags=[mention.value]) == [Mention(mention.kind, mention.value, "tag")]


@given(st.from_regex(r"[vVr]?[0-9]{1,4}([-.:/ ][0-9]{1,4}){0,4}", fullmatch=True))
def test_versions_numbers_and_dates_mention_nothing(text: str) -> None:
    assert values(text, name=text, description=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "1.2-3",
        "v1-2",
        "V1-2",
        "2024-03-01",
        "2024-W12-3",
        "Mar-12",
        "mar-2024",
        "MAR-2024",
        "https://example.org/browse/DOC-2698",
        "see http://example.org/?task=DOC-1 there",
        "www.example.org/DOC-1",
        "s3://bucket/DOC-1/model",
        "runs/DOC-1/model",
        "C:\\runs\\DOC-1",
        "DOC-0",
        "DOC-007",
        "DOC-1.5",
        "DOC-1-2",
        "DOC-12a",
        "A-1",
        "X-DOC-1",
        "doc-",
        "-1",
        "sprint",
        "sprinter 49",
        "ſprint 49",
        "someone@DOC-1",
        "DOC-1@example.org",
        "DOC-١",
        "sprint-2024-03-01",
        "sprint 4.5",
        "DOC-1.txt",
        "550e8400-E29B-41d4-a716",
    ],
)
def test_no_false_hits(text: str) -> None:
    assert values(text, name=text, description=text) == []


@pytest.mark.parametrize("text", ["a sprint 2 weeks long", "sprint 3 days", "sprints 49", "doc-12"])
def test_prose_is_read_more_strictly_than_a_tag(text: str) -> None:
    assert values(name=text, description=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Sprint 49",
        "sprint-49",
        "of sprint #49.",
        "(SPRINT_49)",
        "sprint49: b0",
        "sprint 49,",
        "SPRINT-49",
    ],
)
def test_a_sprint_in_prose_is_found(text: str) -> None:
    assert mentions(description=text) == [Mention("sprint", "sprint 49", "description")]


def test_a_tag_of_another_form_is_no_mention() -> None:
    assert values("best", "DOC-1 DOC-2", "sprint 49 best", "", "s", "resnet") == []


def test_a_key_of_no_known_project_is_a_mention_like_any_other() -> None:
    assert values("utf-8", name="SHA-256 sums") == ["UTF-8", "SHA-256"]


def test_the_strongest_place_wins() -> None:
    found = mentions(
        tags=["doc-2698"], name="DOC-2698 in sprint 49", description="DOC-3, sprint 49"
    )
    assert found == [
        Mention("key", "DOC-2698", "tag"),
        Mention("sprint", "sprint 49", "name"),
        Mention("key", "DOC-3", "description"),
    ]


def test_leading_zeros_of_a_sprint_do_not_make_another_sprint() -> None:
    assert values("sprint 049", "sprint 49", "s0049") == ["sprint 49"]


@pytest.mark.parametrize(
    "text", ["A" * 400_000, "AB_" * 130_000, "sprint " * 60_000, "a:" * 200_000, "AB-1" * 100_000]
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    before = time.process_time()
    values(text, name=text, description=text)
    assert time.process_time() - before < 5
