"""The server's own SVG: well-formed, told in words, without styles of its own."""

import math
import re
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprints.pictures import burn_up
from tracking.pictures import sparkline, step_curve, ticks

DAYS = [date(2026, 11, 10) + timedelta(days=at) for at in range(15)]
SVG = "{http://www.w3.org/2000/svg}"
ANY = st.one_of(st.none(), st.floats())


def tree(markup):
    root = ElementTree.fromstring(markup.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))
    assert not [node for node in root.iter() if "style" in node.attrib]
    return root


def text(root, tag):
    return root.find(f"{SVG}{tag}").text


def texts(root):
    return [node.text for node in root.iter(f"{SVG}text")]


def numbers(markup):
    drawn = re.findall(r' (?:points|d|x|y|cx|cy|width|height)="([^"]*)"', markup)
    return [float(found) for part in drawn for found in re.findall(r"-?[\d.]+|nan|inf", part)]


def at(day, hour=9):
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_a_sparkline_says_where_it_began_and_ended():
    root = tree(sparkline([0.9, 0.5, 0.25], name="loss"))
    assert text(root, "title") == "loss: 0.9 to 0.25, 3 points"
    assert len(root.find(f"{SVG}polyline").get("points").split()) == 3


def test_the_higher_value_is_drawn_higher():
    points = tree(sparkline([1.0, 2.0])).find(f"{SVG}polyline").get("points").split()
    first, last = (float(point.split(",")[1]) for point in points)
    assert last < first


def test_an_outlier_stays_in_a_long_sparkline():
    values = [1.0] * 10_000
    values[4321] = 50.0
    points = tree(sparkline(values)).find(f"{SVG}polyline").get("points").split()
    assert len(points) <= 90
    assert min(float(point.split(",")[1]) for point in points) == 2.5


@pytest.mark.parametrize("values", [[], [None], [math.nan, math.inf]])
def test_a_sparkline_of_nothing_is_empty(values):
    assert sparkline(values) == ""


@given(st.lists(ANY, max_size=200))
def test_any_values_make_a_well_formed_sparkline_within_its_box(values):
    markup = sparkline(values)
    if markup:
        tree(markup)
        assert all(0 <= number <= 84 for number in numbers(markup))


def test_names_are_escaped():
    assert "<script>" not in sparkline([1.0], name="<script>")
    assert "<script>" not in step_curve([(at(10), 1.0)], labels=["<script>"], name="<script>")


def test_the_best_so_far_steps_only_when_a_value_is_better():
    points = [(at(10), 0.88), (at(12), 0.87), (at(15), 0.91), (at(16), 0.91)]
    root = tree(step_curve(points, labels=["A-1", "A-2", "A-3", "A-4"], target=0.93, name="F1"))
    assert text(root, "title") == "Best F1 so far: 0.91"
    assert text(root, "desc") == "10 Nov 2026: 0.88 (A-1); 15 Nov 2026: 0.91 (A-3). Target 0.93."
    assert len(root.findall(f"{SVG}circle")) == 2
    assert {"A-1", "A-3", "target 0.93"} <= set(texts(root))


def test_the_best_so_far_may_be_the_least():
    points = [(at(10), 0.5), (at(12), 0.7), (at(15), 0.2)]
    assert text(tree(step_curve(points, direction="min")), "title").endswith("0.2")


def test_points_in_any_order_are_put_in_order():
    points = [(at(15), 0.9), (at(10), 0.8)]
    assert step_curve(points) == step_curve(points[::-1])


def test_labels_do_not_lie_on_each_other_and_the_latest_is_written():
    points = [(at(10, hour), 0.8 + hour / 1000) for hour in range(24)]
    root = tree(step_curve(points, labels=[f"DOC-{at}" for at in range(24)]))
    labels = [node for node in root.iter(f"{SVG}text") if node.text.startswith("DOC")]
    places = [(float(node.get("x")), float(node.get("y"))) for node in labels]
    assert labels[0].text == "DOC-23"
    assert 3 <= len(labels) < 24
    for one, other in combinations(places, 2):
        assert abs(one[0] - other[0]) > 30 or abs(one[1] - other[1]) > 12


@given(st.lists(st.tuples(st.integers(1, 30), st.floats()), max_size=30), ANY)
def test_any_points_make_a_well_formed_curve(points, target):
    markup = step_curve([(at(day), value) for day, value in points], target=target)
    if markup:
        tree(markup)
        assert all(math.isfinite(number) for number in numbers(markup))


def test_a_burn_up_tells_its_figures():
    root = tree(burn_up([44, 44, 49, 52], [0, 3, 8, 34], DAYS, DAYS[3]))
    assert text(root, "title") == "34 of 52 points done"
    assert "Scope began at 44 points and is 52; 34 are done after 4 of 15 days." in text(
        root, "desc"
    )
    assert "scope 52 (+8)" in texts(root)
    assert "13 Nov, today" in texts(root)


def test_weekends_are_shaded():
    root = tree(burn_up([10], [0], DAYS, DAYS[0]))
    assert len(root.findall(f"{SVG}rect")) == 4


def test_a_sprint_that_is_over_has_no_today():
    root = tree(burn_up([10] * 15, [5] * 15, DAYS, date(2027, 1, 1)))
    assert not [word for word in texts(root) if "today" in word]


@pytest.mark.parametrize("done", [0, 5, 10])
def test_the_two_names_never_touch(done):
    root = tree(burn_up([10] * 3, [done] * 3, DAYS, DAYS[2]))
    scope, done = (
        float(node.get("y"))
        for node in root.iter(f"{SVG}text")
        if node.text.split()[0] in ("scope", "done")
    )
    assert abs(scope - done) >= 14


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=20),
    st.lists(st.integers(0, 500), min_size=1, max_size=20),
    st.integers(1, 30),
)
def test_any_sprint_makes_a_burn_up_within_its_box(scope, done, length):
    days = [date(2026, 11, 10) + timedelta(days=at) for at in range(length)]
    markup = burn_up(scope, done, days, days[0])
    tree(markup)
    assert all(0 <= number <= 660 for number in numbers(markup))


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_levels_enclose_what_is_drawn(one, other):
    low, high = sorted((one, other))
    levels = ticks(low, high)
    room = max(abs(low), abs(high)) * 1e-6 + 1e-300
    assert levels[0] <= low + room
    assert levels[-1] >= high - room
    assert 2 <= len(levels) <= 8
