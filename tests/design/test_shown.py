"""Numbers, sizes, times and digests as pages show them."""

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template import engines
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.templatetags import shown

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def words(markup):
    return re.sub(r"<[^>]+>", "", markup).replace("\N{NO-BREAK SPACE}", " ")


def title(markup):
    return re.search(r'title="([^"]*)"', markup)[1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.93124567, "0.9312"),
        (0.9, "0.9000"),
        (1.0, "1.000"),
        (12.3456, "12.35"),
        (123.456, "123.5"),
        (999.94, "999.9"),
        (1284, "1,284"),
        (12345.678, "12,346"),
        (0, "0"),
        (-0.5, "-0.5000"),
        (0.00031415, "3.142e-4"),
        (3e-4, "3e-4"),
        (0.00123, "0.0012"),
        (2.5e9, "2.5e9"),
        (Decimal("0.25"), "0.2500"),
        ("0.5", "0.5000"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        ("NaN", "NaN"),
        (None, "–"),
        ("", "–"),
        (True, "True"),
        ("<b>", "&lt;b&gt;"),
        (10**400, "∞"),
        (-(10**400), "-∞"),
    ],
)
def test_a_metric_has_four_significant_digits(value, expected):
    assert words(shown.metric(value)) == expected


def test_the_title_of_a_metric_has_every_digit():
    assert title(shown.metric(0.1 + 0.2)) == "0.30000000000000004"


@given(st.floats())
def test_every_float_can_be_shown_and_read_back_from_its_title(value):
    back = float(title(shown.metric(value)))
    assert back == value or math.isnan(value)


@given(st.floats(-1e300, 1e300))
def test_what_is_shown_is_close_to_the_value(value):
    near = float(words(shown.metric(value)).replace(",", ""))
    assert near == pytest.approx(value, rel=0.05)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.047, "+0.047"),
        (-0.005, "−0.005"),
        (0.0, "±0"),
        (0.6, "+0.6"),
        (-1204.4, "−1,204"),
        (0.0471234, "+0.0471"),
        (0.000415, "+0.000415"),
        (-0.000207, "−0.000207"),
        (1.23e-7, "+1.23e-7"),
        (math.inf, "+∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
        (None, "–"),
    ],
)
def test_a_difference_shows_its_sign(value, expected):
    assert words(shown.signed(value)) == expected


@pytest.mark.parametrize(
    ("value", "better", "tone"),
    [
        (0.1, "max", "good"),
        (-0.1, "max", "bad"),
        (0.1, "min", "bad"),
        (-0.1, "min", "good"),
        (0.1, "", None),
        (0.0, "max", None),
        (math.inf, "max", "good"),
    ],
)
def test_a_difference_is_coloured_by_what_is_better(value, better, tone):
    found = {"good", "bad"} & set(
        re.search(r'class="([^"]*)"', shown.signed(value, better))[1].split()
    )
    assert found == ({tone} if tone else set())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_999, "1.0 MB"),
        (18_234_567, "18.2 MB"),
        (123_456_789, "123 MB"),
        (12_000_000_000, "12.0 GB"),
        (None, "–"),
        (math.nan, "NaN"),
    ],
)
def test_a_size_is_in_steps_of_a_thousand(value, expected):
    assert words(shown.size(value)) == expected


def test_the_title_of_a_size_counts_bytes():
    assert title(shown.size(18_234_567)) == "18,234,567 bytes"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.25, "250 ms"),
        (4.2, "4.2 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (252, "4 min 12 s"),
        (3599.7, "1 h 00 min"),
        (timedelta(hours=1, minutes=5), "1 h 05 min"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (-90, "−1 min 30 s"),
        (None, "–"),
        (math.inf, "∞"),
    ],
)
def test_a_duration_names_its_two_largest_units(value, expected):
    assert words(shown.duration(value)) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(seconds=1), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(seconds=59.9), "59 s ago"),
        (timedelta(minutes=3, seconds=59), "3 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=59), "59 days ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_an_age_is_told_in_one_unit(before, expected):
    with time_machine.travel(NOW, tick=False):
        assert words(shown.ago(NOW - before)) == expected


def test_a_moment_is_in_the_viewers_zone_and_machine_readable():
    with time_machine.travel(NOW, tick=False), timezone.override("Europe/Warsaw"):
        markup = shown.when(datetime(2026, 11, 19, 13, 5, tzinfo=UTC))
    assert words(markup) == "19 Nov 14:05"
    assert 'datetime="2026-11-19T13:05:00Z"' in markup
    assert title(markup) == "Thu 19 Nov 2026, 14:05:00 CET"


def test_the_year_is_shown_when_it_is_another():
    with time_machine.travel(NOW, tick=False), timezone.override("UTC"):
        assert words(shown.when(datetime(2025, 1, 2, 3, 4, tzinfo=UTC))) == "2 Jan 2025 03:04"


@pytest.mark.parametrize("shows", [shown.ago, shown.when])
def test_no_moment_is_a_dash(shows):
    assert words(shows(None)) == "–"


def test_a_digest_is_short_with_the_whole_of_it_in_its_title():
    whole = "sha256:9a76f2ea51c0d3b7e4f8aa00c41e"
    assert words(shown.digest(whole)) == "sha256:9a76f2ea51c0…"
    assert title(shown.digest(whole)) == whole
    assert words(shown.digest("3f9a2c1")) == "3f9a2c1"
    assert words(shown.digest(None)) == "–"


def test_a_count_keeps_its_thousands_apart():
    assert words(shown.count(1284)) == "1,284"
    assert words(shown.count(None)) == "–"
    assert words(shown.count(math.nan)) == "NaN"


def test_templates_know_the_filters_without_loading_them():
    template = engines["django"].from_string('{{ a|metric }} {{ b|bytes }} {{ a|signed:"max" }}')
    assert words(template.render({"a": 0.5, "b": 2000})) == "0.5000 2.0 kB +0.5"
