"""The tags that write small parts."""

import pytest
from django.template import engines


def drawn(source, **values):
    return engines["django"].from_string(source).render(values)


@pytest.mark.parametrize(
    ("verdict", "sign", "tone"),
    [
        ("confirmed", "✓", "good"),
        ("refuted", "✕", "bad"),
        ("inconclusive", "~", "warn"),
        (None, "○", "plain"),
        ("dropped", "–", "dashed"),
    ],
)
def test_a_verdict_has_a_sign_and_a_word(verdict, sign, tone):
    markup = drawn("{% verdict verdict %}", verdict=verdict)
    assert f'class="chip {tone}"' in markup
    assert sign in markup
    assert (verdict or "open") in markup


def test_a_state_nobody_foresaw_is_shown_plainly():
    assert 'class="chip plain"' in drawn("{% state 'hibernating' %}")
    assert "unknown" in drawn("{% state nothing %}", nothing=None)


def test_what_is_missing_says_why():
    assert "missing: not in the archive" in drawn("{% grade 'missing' %}")
    assert "missing: no git" in drawn("{% grade 'missing' 'no git' %}")


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '" onclick="alert(1)'])
def test_parts_escape_what_they_are_given(evil):
    markup = drawn(
        "{% state x note=x title=x %}{% tag x x %}{% key x x title=x %}{% copy x what=x label=x %}"
        "{% card x note=x anchor=x %}{{ x }}{% endcard %}{% table label=x %}{% endtable %}",
        x=evil,
    )
    assert "alert(1)" in markup
    assert "<script>" not in markup
    assert 'onclick="' not in markup


def test_a_card_holds_what_stands_between_its_tags():
    markup = drawn("{% card 'Runs' note='3' %}<p>{{ word }}</p>{% endcard %}", word="here")
    assert "<h2>Runs</h2>" in markup
    assert "<p>here</p>" in markup


def test_an_action_that_is_refused_is_disabled_with_its_reason():
    markup = drawn(
        '{% include "parts/action.html" %}',
        action={"name": "Seal", "url": "/seal/", "refused": "Two facts are missing."},
    )
    assert 'aria-disabled="true"' in markup
    assert "Two facts are missing." in markup
    assert "/seal/" not in markup


def test_a_progress_that_is_over_does_not_ask_again():
    values = {"status": "finished", "phase": "", "value": 3, "total": 3, "label": "Issues"}
    assert "data-poll" not in drawn('{% include "parts/progress.html" %}', **values)
    assert 'data-poll="/p/"' in drawn(
        '{% include "parts/progress.html" %}', **values, poll_url="/p/"
    )
